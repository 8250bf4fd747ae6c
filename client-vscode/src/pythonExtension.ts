/** What the Python extension, where it is installed, says about the interpreter of the workspace. */

import { type Event, extensions, workspace } from "vscode";

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

/** It can take long to start; it tells about its interpreter later, and then the server is looked for again. */
const PATIENCE = 3_000;

async function api(): Promise<PythonApi | undefined> {
  const extension = extensions.getExtension<PythonApi>("ms-python.python");
  if (extension === undefined) return undefined;
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, PATIENCE, undefined));
  return extension.isActive ? extension.exports : Promise.race([extension.activate(), late]);
}

/** Returns the interpreter chosen for the first workspace folder, undefined when none is known (yet). */
export async function activeInterpreter(): Promise<string | undefined> {
  const environments = (await api())?.environments;
  if (environments === undefined) return undefined;
  const chosen = environments.getActiveEnvironmentPath(workspace.workspaceFolders?.[0]?.uri);
  return (await environments.resolveEnvironment(chosen))?.executable.uri?.fsPath;
}

/** Calls `changed` whenever another interpreter is chosen. */
export async function onInterpreterChange(changed: () => void): Promise<{ dispose(): void } | undefined> {
  const extension = extensions.getExtension<PythonApi>("ms-python.python");
  return (await extension?.activate())?.environments.onDidChangeActiveEnvironmentPath(changed);
}
