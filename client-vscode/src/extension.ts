/** Where the parts are put together: what happens when the extension starts, and when something around it changes. */

import { mkdirSync } from "node:fs";
import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import { registerCommands } from "./commands";
import { debugInformation } from "./debug";
import { findServer, type Launch } from "./discovery";
import { tellFailure } from "./failures";
import { registerPages } from "./pages";
import { started } from "./process";
import { ActiveInterpreter } from "./pythonExtension";
import { NEEDS_RESTART, SECTION } from "./settings";
import { Status } from "./status";
import { type State, Supervisor } from "./supervisor";

let extension: Extension | undefined;

export function activate(context: vscode.ExtensionContext): void {
  extension = new Extension(context);
  void extension.restart();
  context.subscriptions.push(...extension.register());
}

export async function deactivate(): Promise<void> {
  await extension?.stop();
}

export class Extension {
  readonly log = vscode.window.createOutputChannel("prodready", { log: true });
  readonly #trace = vscode.window.createOutputChannel("prodready: trace", { log: true });
  readonly #status = new Status();
  readonly #interpreter: ActiveInterpreter;
  readonly #supervisor = new Supervisor<LanguageClient>(
    (crashed, unwanted) => this.#start(crashed, unwanted),
    (state, error) => this.#changed(state, error),
  );
  readonly restart = () => this.#supervisor.restart();
  readonly stop = () => this.#supervisor.stop();
  #launch: Launch | undefined;

  constructor(private readonly context: vscode.ExtensionContext) {
    this.#interpreter = new ActiveInterpreter(context.workspaceState, this.restart);
  }

  register(): vscode.Disposable[] {
    return [
      this.log,
      this.#trace,
      this.#status,
      registerPages(),
      ...registerCommands(this),
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (NEEDS_RESTART.some((key) => change.affectsConfiguration(`${SECTION}.${key}`))) void this.restart();
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(this.restart),
    ];
  }

  /** Returns the client of a server that runs, waiting for one that starts; throws when there is none. */
  async ready(): Promise<LanguageClient> {
    const client = await this.#supervisor.ready();
    const { lastError } = this.#status;
    if (client === undefined) throw new Error(`the server is not running${lastError ? `: ${lastError}` : "; restart it"}`);
    return client;
  }

  debugInformation(): string {
    return debugInformation(this.context.extension, this.#status, this.#launch);
  }

  async #start(crashed: (lastWords: string) => void, unwanted: AbortSignal): Promise<LanguageClient> {
    const begin = Date.now();
    // It is started in a directory of ours: nothing that happens to lie in the workspace is near.
    mkdirSync(this.context.globalStorageUri.fsPath, { recursive: true });
    const launch = await findServer(this.context, this.#interpreter);
    const found = Date.now();
    const begun = await this.#begin(launch, crashed, unwanted).catch(async (error: Error) => {
      if (!launch.isReplaceable || unwanted.aborted) throw error;
      this.log.warn(`the server ${launch.origin} could not start (${error.message}); the bundled one takes its place`);
      return this.#begin(await findServer(this.context, this.#interpreter, launch.command), crashed, unwanted);
    });
    this.#status.version = begun.initializeResult?.serverInfo?.version ?? "";
    const took = `runs after ${Date.now() - begin} ms, ${found - begin} ms of them until it was found`;
    this.log.info(`the server ${this.#status.version} ${took}`);
    return begun;
  }

  async #begin(launch: Launch, crashed: (lastWords: string) => void, unwanted: AbortSignal): Promise<LanguageClient> {
    this.#launch = launch;
    this.log.info(`starting ${[launch.command, ...launch.args].join(" ")} (${launch.origin})`);
    let hasBegun = !launch.isReplaceable; // what ends before it has begun is replaced, and not started again
    const ended = (lastWords: string) => (hasBegun ? crashed(lastWords) : undefined);
    const server = started(launch.command, launch.args, this.context.globalStorageUri.fsPath);
    server.catch(() => undefined); // `begin` tells
    // The library takes as long to load as a part of the server: they do that side by side.
    const { makeClient } = await import("./client");
    const client = makeClient(server, this.log, this.#trace, ended);
    await client.begin(launch.command, unwanted);
    hasBegun = true;
    return client;
  }

  #changed(state: State, error?: Error): void {
    this.#status.change(state, error);
    if (error === undefined) return;
    this.log.error(error.message);
    void tellFailure(error);
  }
}
