/** What the Python extension, where it is installed, says about the interpreter of the workspace. */

import { type Event, extensions, type Memento, type Uri, workspace } from "vscode";

/** The part of its interface that is used here. */
interface Environments {
  readonly getActiveEnvironmentPath: (resource?: Uri) => unknown;
  readonly resolveEnvironment: (environment: unknown) => Promise<{ executable: { uri?: Uri } } | undefined>;
  readonly onDidChangeActiveEnvironmentPath: Event<unknown>;
}

const KEY = "activeInterpreter";
/** Milliseconds: it can take long to start. */
const PATIENCE = 3_000;

export class ActiveInterpreter {
  #environments: Promise<Environments | undefined> | undefined;
  #told: string | undefined;

  /** `changed` is called when another interpreter turns out to be chosen than `get` has told. */
  constructor(
    private readonly memory: Memento,
    private readonly changed: () => void,
  ) {}

  /** Returns the interpreter of the first workspace folder, at once if one is remembered; undefined for none. */
  async get(): Promise<string | undefined> {
    this.#environments ??= this.#follow();
    const late = new Promise<undefined>((resolve) => setTimeout(resolve, PATIENCE, undefined));
    this.#told = this.memory.get<string>(KEY) ?? (await Promise.race([this.#ask(), late]));
    void this.#check();
    return this.#told;
  }

  async #follow(): Promise<Environments | undefined> {
    const extension = extensions.getExtension<{ environments?: Environments }>("ms-python.python");
    // An extension that cannot start tells so itself; to us it is one that is not there.
    const started = await extension?.activate().then(undefined, () => undefined);
    started?.environments?.onDidChangeActiveEnvironmentPath(() => this.#check());
    return started?.environments;
  }

  async #ask(): Promise<string | undefined> {
    const environments = await this.#environments;
    const chosen = environments?.getActiveEnvironmentPath(workspace.workspaceFolders?.[0]?.uri);
    const environment = await environments?.resolveEnvironment(chosen).catch(() => undefined);
    return environment?.executable.uri?.fsPath;
  }

  async #check(): Promise<void> {
    const now = await this.#ask();
    await this.memory.update(KEY, now);
    if (now !== this.#told) this.changed();
  }
}
