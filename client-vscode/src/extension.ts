/** Where the parts are put together: what happens when the extension starts, and when something around it changes. */

import { readdirSync, statSync } from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as vscode from "vscode";
import { State as ClientState, type LanguageClient } from "vscode-languageclient/node";
import { bundledPython, readBundle } from "./bundled";
import { type Channels, openChannels } from "./channels";
import { makeClient } from "./client";
import { registerCommands } from "./commands";
import { debugInformation } from "./debugInformation";
import { findServer, type Launch, SERVER_TEST } from "./discovery";
import { tellFailure } from "./failures";
import { Pages, SCHEME } from "./pages";
import { run } from "./process";
import { activeInterpreter, onInterpreterChange } from "./pythonExtension";
import { ask, candidates, type Machine, type Python } from "./pythons";
import { needsRestart, readSettings, SECTION, type Settings } from "./settings";
import { Status } from "./status";
import { type Running, Supervisor } from "./supervisor";

let extension: Extension | undefined;

export function activate(context: vscode.ExtensionContext): void {
  extension = new Extension(context);
  extension.start();
}

export async function deactivate(): Promise<void> {
  await extension?.stop();
}

class Extension {
  readonly #channels: Channels = openChannels((name) => vscode.window.createOutputChannel(name, { log: true }));
  readonly #status = new Status();
  readonly #pages = new Pages();
  readonly #supervisor: Supervisor;
  #client: LanguageClient | undefined;
  #launch: Launch | undefined;

  constructor(private readonly context: vscode.ExtensionContext) {
    this.#supervisor = new Supervisor({
      start: (crashed) => this.#startServer(crashed),
      changed: (state, error) => {
        this.#status.change(state, error);
        if (error !== undefined) {
          this.#channels.log.error(error.message);
          void tellFailure(error);
        }
      },
      now: Date.now,
    });
  }

  start(): void {
    const restart = () => void this.#supervisor.restart();
    this.context.subscriptions.push(
      this.#channels,
      this.#status,
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this.#pages),
      registerCommands({
        ask: async (method, params) => (await this.#ready()).sendRequest(method, params),
        ready: () => this.#ready(),
        restart: () => this.#supervisor.restart(),
        showLog: () => this.#channels.log.show(),
        debugInformation: () => this.#debugInformation(),
        pages: this.#pages,
      }),
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (needsRestart((section) => change.affectsConfiguration(section))) restart();
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(restart),
    );
    restart();
    void this.#followInterpreter(restart);
  }

  stop(): Promise<void> {
    return this.#supervisor.stop();
  }

  async #followInterpreter(restart: () => void): Promise<void> {
    const subscription = await onInterpreterChange(() => {
      if (settings().importStrategy === "fromEnvironment" && settings().interpreter === "") restart();
    });
    if (subscription !== undefined) this.context.subscriptions.push(subscription);
  }

  async #startServer(crashed: (lastWords: string) => void): Promise<Running> {
    const { log } = this.#channels;
    const launch = await this.#findServer();
    log.info(`starting ${[launch.command, ...launch.args].join(" ")} (${launch.origin})`);
    // A directory of ours: nothing that happens to lie in the workspace is near.
    const cwd = await this.#storage();
    const client = makeClient(launch, cwd, this.#channels, (lastWords) => {
      crashed(lastWords);
      void client.dispose().catch((error: unknown) => log.debug(String(error)));
    });
    await client.start();
    this.#client = client;
    this.#launch = launch;
    this.#status.version = client.initializeResult?.serverInfo?.version ?? "";
    return { stop: () => stopped(client) };
  }

  #findServer(): Promise<Launch> {
    const { log } = this.#channels;
    return findServer({
      settings: settings(),
      isTrusted: vscode.workspace.isTrusted,
      isFile,
      activeInterpreter,
      hasServer: async (python) => (await run(python, SERVER_TEST)).code === 0,
      bundled: () => this.#bundled(),
      log: (message) => log.info(message),
    });
  }

  async #bundled(): Promise<string> {
    return bundledPython({
      bundle: await readBundle(this.context.asAbsolutePath("dist/wheels")),
      storage: path.join(await this.#storage(), "environments"),
      run,
      pythons: () => this.#pythons(),
      progress: (task) =>
        vscode.window.withProgress(
          { location: vscode.ProgressLocation.Notification, title: "Setting up prodready (once)" },
          (progress) => task((message) => progress.report({ message })),
        ),
    });
  }

  async #pythons(): Promise<Python[]> {
    const folders = vscode.workspace.workspaceFolders?.map((folder) => folder.uri.fsPath) ?? [];
    const chosen = settings().interpreter;
    const found = chosen === "" ? candidates(machine(), folders) : [chosen];
    // In a workspace that is trusted, the interpreter chosen for it will do when there is no other.
    const active = chosen === "" && vscode.workspace.isTrusted ? await activeInterpreter() : undefined;
    const asked = [...found, ...(active === undefined ? [] : [active])].map((executable) => ask(executable, run));
    return (await Promise.all(asked)).filter((python) => python !== undefined);
  }

  async #storage(): Promise<string> {
    await vscode.workspace.fs.createDirectory(this.context.globalStorageUri);
    return this.context.globalStorageUri.fsPath;
  }

  /** Returns the client of a server that runs, waiting for one that starts. */
  async #ready(): Promise<LanguageClient> {
    await this.#supervisor.settled();
    if (this.#client?.state === ClientState.Running) return this.#client;
    throw new Error(`the server is not running${this.#status.lastError ? `: ${this.#status.lastError}` : "; restart it"}`);
  }

  #debugInformation(): string {
    const { name, publisher, version } = this.context.extension.packageJSON as Record<string, string>;
    const server = this.#client?.initializeResult?.serverInfo?.version;
    return debugInformation(
      {
        extension: `${publisher}.${name} ${version}`,
        editor: `${vscode.env.appName} ${vscode.version} (${vscode.env.remoteName ?? "local"})`,
        platform: `${os.platform()} ${os.arch()} ${os.release()}`,
        server: server ?? "none yet",
        origin: this.#launch?.origin ?? "none",
        command: this.#launch === undefined ? "none" : [this.#launch.command, ...this.#launch.args].join(" "),
        state: this.#status.state,
        lastError: this.#status.lastError ?? "none",
        isTrusted: vscode.workspace.isTrusted,
        folders: vscode.workspace.workspaceFolders?.length ?? 0,
        settings: changedSettings(),
      },
      os.homedir(),
    );
  }
}

/** A server that does not end when asked is ended by the library after two seconds. */
async function stopped(client: LanguageClient): Promise<void> {
  try {
    await client.dispose();
  } catch (error) {
    client.outputChannel.warn(`the server did not stop as it should: ${String(error)}`);
  }
}

function settings(): Settings {
  const configuration = vscode.workspace.getConfiguration(SECTION);
  const workspace = vscode.workspace.workspaceFolders?.find((folder) => folder.uri.scheme === "file")?.uri.fsPath;
  return readSettings((key) => configuration.get(key), { home: os.homedir(), workspace });
}

function changedSettings(): Record<string, unknown> {
  const configuration = vscode.workspace.getConfiguration(SECTION);
  const keys = Object.keys(configuration).filter((key) => configuration.inspect(key)?.defaultValue !== undefined);
  const values = keys.map((key) => [key, configuration.get(key), configuration.inspect(key)?.defaultValue] as const);
  const changed = values.filter(([, value, usual]) => JSON.stringify(value) !== JSON.stringify(usual));
  return Object.fromEntries(changed.map(([key, value]) => [`${SECTION}.${key}`, value]));
}

function machine(): Machine {
  return { platform: process.platform, env: process.env, home: os.homedir(), names, isFile };
}

function names(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return []; // a place of PATH that is not there, or not ours to read
  }
}

function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}
