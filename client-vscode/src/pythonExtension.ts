/** What the Python extension, where it is installed, says about the interpreter of the workspace. */

import { type Disposable, type Event, extensions, workspace } from "vscode";

/** The part of its interface that is used here. */
interface PythonApi {
  readonly environments: {
    readonly getActiveEnvironmentPath: (resource?: unknown) => unknown;
    readonly resolveEnvironment: (environment: unknown) => Promise<Environment | undefined>;
    readonly onDidChangeActiveEnvironmentPath: Event<unknown>;
  };
}

interface Environment {
  readonly executable: { readonly uri?: { readonly fsPath: string } };
}

/** Milliseconds: it can take long to start. It tells about its interpreter later, and then the server is looked for again. */
const PATIENCE = 3_000;

async function pythonApi(): Promise<PythonApi["environments"] | undefined> {
  // An extension that cannot start tells so itself; to us it is one that is not there.
  const started = extensions.getExtension<PythonApi>("ms-python.python")?.activate();
  return (await started?.then(undefined, () => undefined))?.environments;
}

/** Returns the interpreter chosen for the first workspace folder, undefined when none is known (yet). */
export async function activeInterpreter(): Promise<string | undefined> {
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, PATIENCE, undefined));
  const environments = await Promise.race([pythonApi(), late]);
  const chosen = environments?.getActiveEnvironmentPath(workspace.workspaceFolders?.[0]?.uri);
  return (await environments?.resolveEnvironment(chosen))?.executable.uri?.fsPath;
}

/** Calls `changed` whenever another interpreter is chosen. */
export async function onInterpreterChange(changed: () => void): Promise<Disposable | undefined> {
  return (await pythonApi())?.onDidChangeActiveEnvironmentPath(changed);
}
