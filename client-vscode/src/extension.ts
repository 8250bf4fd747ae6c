/** Where the parts are put together: what happens when the extension starts, and when something around it changes. */

import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import * as vscode from "vscode";
import { State as ClientState, type LanguageClient } from "vscode-languageclient/node";
import { bundledPython } from "./bundled";
import { makeClient } from "./client";
import { registerCommands } from "./commands";
import { debugInformation } from "./debug";
import { findServer, type Launch, SERVER_TEST } from "./discovery";
import { tellFailure } from "./failures";
import { Pages, SCHEME } from "./pages";
import { run } from "./process";
import { activeInterpreter, onInterpreterChange } from "./pythonExtension";
import { ask, candidates, type Python, realFile, thisMachine } from "./pythons";
import { needsRestart, readSettings, SECTION, type Settings } from "./settings";
import { Status } from "./status";
import { type Running, type State, Supervisor } from "./supervisor";

let extension: Extension | undefined;

export function activate(context: vscode.ExtensionContext): void {
  extension = new Extension(context);
  extension.start();
}

export async function deactivate(): Promise<void> {
  await extension?.stop();
}

class Extension {
  readonly #log = vscode.window.createOutputChannel("prodready", { log: true });
  readonly #trace = vscode.window.createOutputChannel("prodready: trace", { log: true });
  readonly #status = new Status();
  readonly #supervisor = new Supervisor({
    start: (crashed) => this.#startServer(crashed),
    changed: (state, error) => this.#changed(state, error),
    now: Date.now,
  });
  #client: LanguageClient | undefined;
  #launch: Launch | undefined;

  constructor(private readonly context: vscode.ExtensionContext) {}

  start(): void {
    const restart = () => void this.#supervisor.restart();
    restart();
    const pages = new Pages();
    this.context.subscriptions.push(
      this.#log,
      this.#trace,
      this.#status,
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, pages),
      registerCommands({
        ask: async (method, params) => (await this.#ready()).sendRequest(method, params),
        ready: () => this.#ready(),
        restart: () => this.#supervisor.restart(),
        showLog: () => this.#log.show(),
        debugInformation: () => this.#debugInformation(),
        pages,
      }),
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (needsRestart((section) => change.affectsConfiguration(section))) restart();
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(restart),
    );
    void this.#followInterpreter(restart);
  }

  stop(): Promise<void> {
    return this.#supervisor.stop();
  }

  #changed(state: State, error?: Error): void {
    this.#status.change(state, error);
    if (error === undefined) return;
    this.#log.error(error.message);
    void tellFailure(error);
  }

  async #followInterpreter(restart: () => void): Promise<void> {
    const subscription = await onInterpreterChange(() => {
      if (settings().importStrategy === "fromEnvironment" && settings().interpreter === "") restart();
    });
    if (subscription !== undefined) this.context.subscriptions.push(subscription);
  }

  async #startServer(crashed: (lastWords: string) => void): Promise<Running> {
    const begin = Date.now();
    // A directory of ours: nothing that happens to lie in the workspace is near.
    const storage = this.context.globalStorageUri.fsPath;
    await fs.mkdir(storage, { recursive: true });
    const launch = await findServer({
      settings: settings(),
      isTrusted: vscode.workspace.isTrusted,
      isFile: (file) => realFile(file) !== undefined,
      activeInterpreter,
      hasServer: async (python) => (await run(python, SERVER_TEST)).code === 0,
      bundled: () => this.#bundled(path.join(storage, "environments")),
      log: (message) => this.#log.info(message),
    });
    this.#log.info(`starting ${[launch.command, ...launch.args].join(" ")} (${launch.origin})`);
    const found = Date.now();
    const client = makeClient(launch, storage, this.#log, this.#trace, crashed);
    await client.start();
    this.#client = client;
    this.#launch = launch;
    this.#status.version = client.initializeResult?.serverInfo?.version ?? "";
    const took = `runs after ${Date.now() - begin} ms, ${found - begin} ms of them until it was found`;
    this.#log.info(`the server ${this.#status.version} ${took}`);
    // A server that does not end when asked is ended by the library after two seconds.
    const failed = (error: unknown) => this.#log.warn(`the server did not stop as it should: ${String(error)}`);
    return { stop: () => client.dispose().catch(failed) };
  }

  #bundled(storage: string): Promise<string> {
    const setUp = { location: vscode.ProgressLocation.Notification, title: "Setting up prodready (once)" };
    return bundledPython({
      wheels: this.context.asAbsolutePath("dist/wheels"),
      storage,
      run,
      pythons,
      progress: (task) =>
        vscode.window.withProgress(setUp, (progress) => task((message) => progress.report({ message }))),
    });
  }

  /** Returns the client of a server that runs, waiting for one that starts. */
  async #ready(): Promise<LanguageClient> {
    await this.#supervisor.settled();
    if (this.#client?.state === ClientState.Running) return this.#client;
    const { lastError } = this.#status;
    throw new Error(`the server is not running${lastError ? `: ${lastError}` : "; restart it"}`);
  }

  #debugInformation(): string {
    const { name, publisher, version } = this.context.extension.packageJSON as Record<string, string>;
    const facts = {
      Extension: `${publisher}.${name} ${version}`,
      Editor: `${vscode.env.appName} ${vscode.version} (${vscode.env.remoteName ?? "local"})`,
      Platform: `${os.platform()} ${os.arch()} ${os.release()}`,
      Server: this.#status.version || "none yet",
      "Taken from": this.#launch?.origin ?? "none",
      Command: [this.#launch?.command ?? "none", ...(this.#launch?.args ?? [])].join(" "),
      State: this.#status.state,
      "Last error": this.#status.lastError ?? "none",
      "Trusted workspace": vscode.workspace.isTrusted ? "yes" : "no",
      "Workspace folders": String(vscode.workspace.workspaceFolders?.length ?? 0),
    };
    return debugInformation(facts, changedSettings(), os.homedir());
  }
}

/** Returns the interpreters that the bundled server's environment may be made from. */
async function pythons(): Promise<Python[]> {
  const roots = vscode.workspace.workspaceFolders?.map((folder) => folder.uri.fsPath) ?? [];
  const chosen = settings().interpreter;
  const found = chosen === "" ? candidates(thisMachine(), roots) : [chosen];
  // In a workspace that is trusted, the interpreter chosen for it will do when there is no other.
  const active = chosen === "" && vscode.workspace.isTrusted ? await activeInterpreter() : undefined;
  const asked = [...found, ...(active === undefined ? [] : [active])].map((executable) => ask(executable, run));
  return (await Promise.all(asked)).filter((python) => python !== undefined);
}

function settings(): Settings {
  const configuration = vscode.workspace.getConfiguration(SECTION);
  const workspace = vscode.workspace.workspaceFolders?.find((folder) => folder.uri.scheme === "file")?.uri.fsPath;
  return readSettings((key) => configuration.get(key), { home: os.homedir(), workspace });
}

function changedSettings(): Record<string, unknown> {
  const configuration = vscode.workspace.getConfiguration(SECTION);
  const isChanged = (key: string) => {
    const usual = configuration.inspect(key)?.defaultValue;
    return usual !== undefined && JSON.stringify(configuration.get(key)) !== JSON.stringify(usual);
  };
  const changed = Object.keys(configuration).filter(isChanged);
  return Object.fromEntries(changed.map((key) => [`${SECTION}.${key}`, configuration.get(key)]));
}
