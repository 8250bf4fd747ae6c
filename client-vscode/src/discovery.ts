/** Which server runs: the one that the settings name, that of the project's environment, or the bundled one. */

import { statSync } from "node:fs";
import { type ExtensionContext, workspace } from "vscode";
import { bundledPython } from "./bundled";
import { run } from "./process";
import type { ActiveInterpreter } from "./pythonExtension";
import { candidates, THIS_MACHINE } from "./pythons";
import { settings } from "./settings";

/** A command that starts a server. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  /** Where it comes from, for people. */
  readonly origin: string;
  /** Whether the bundled server can take its place: that of an environment may not start, for what else is there. */
  readonly isReplaceable: boolean;
}

/** Only whether it is there. Whether it can start is told by starting it, and to import all of it twice takes long. */
const SERVER_TEST = ["-I", "-c", "from importlib.util import find_spec; assert find_spec('prodready')"];
const hasServer = (python: string) => run(python, SERVER_TEST).then(() => true, () => false);

/**
 * Returns the server to start; throws an Error with a message for the user when there is none.
 *
 * `broken` is an interpreter whose server could not start.
 */
export async function findServer(
  context: ExtensionContext,
  active: Pick<ActiveInterpreter, "get">,
  broken?: string,
): Promise<Launch> {
  const { path, interpreter, importStrategy, logLevel } = settings();
  const [key, file] = path === "" ? ["interpreter", interpreter] : ["path", path];
  if (file !== "" && !statSync(file, { throwIfNoEntry: false })?.isFile()) {
    throw new Error(`prodready.${key} is ${file}, but there is no such file`);
  }
  // The server starts fastest without options, and has this level by itself.
  const server = ["server", ...(logLevel === "warning" ? [] : ["--log-level", logLevel])];
  if (path !== "") return { command: path, args: server, origin: "prodready.path", isReplaceable: false };
  // `-I` keeps the directory that it is started in, the user's packages and PYTHON* variables from being imported.
  const args = ["-I", "-X", "utf8", "-m", "prodready", ...server];
  // An environment that lies in a workspace which is not trusted could be made to run anything.
  const chosen = async () => interpreter || (workspace.isTrusted ? active.get() : undefined);
  const own = importStrategy === "useBundled" ? undefined : await chosen();
  if (own !== undefined && own !== broken && (await hasServer(own))) {
    return { command: own, args, origin: `installed for ${own}`, isReplaceable: true };
  }
  const command = await bundledPython(context, async () => (interpreter ? [interpreter] : machines(await chosen())));
  const why = own === undefined ? "" : `, as ${own} has no prodready that can start`;
  return { command, args, origin: `bundled with the extension${why}`, isReplaceable: false };
}

/** Returns the interpreters of this machine, none in a workspace but the one that is chosen for it, for want of another. */
function machines(chosen: string | undefined): string[] {
  const roots = workspace.workspaceFolders?.map(({ uri }) => uri.fsPath) ?? [];
  return [...candidates(THIS_MACHINE, roots), ...(chosen === undefined ? [] : [chosen])];
}
