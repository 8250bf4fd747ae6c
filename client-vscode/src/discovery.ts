/** Which server runs: the one that the settings name, that of the project's environment, or the bundled one. */

import type { Settings } from "./settings";

/** A command that starts a server. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  /** Where it comes from, for people. */
  readonly origin: string;
}

/** What the search asks. `hasServer` runs the interpreter, isolated, and tells whether a server can start in it. */
export interface Surroundings {
  readonly settings: Settings;
  readonly isTrusted: boolean;
  readonly isFile: (file: string) => boolean;
  readonly activeInterpreter: () => Promise<string | undefined>;
  readonly hasServer: (python: string) => Promise<boolean>;
  readonly bundled: () => Promise<string>;
  readonly log: (message: string) => void;
}

/** Importing the whole server is the only test that a broken dependency does not pass. */
export const SERVER_TEST = ["-I", "-c", "import prodready.lsp.server"] as const;

/** Returns the server to start; throws an Error with a message for the user when the settings name none that exists. */
export async function findServer(surroundings: Surroundings): Promise<Launch> {
  const { settings, isFile, bundled } = surroundings;
  const key = settings.path === "" ? "interpreter" : "path";
  const file = settings[key];
  if (file !== "" && !isFile(file)) throw new Error(`prodready.${key} is ${file}, but there is no such file`);
  const server = ["server", "--log-level", settings.logLevel];
  if (settings.path !== "") return { command: settings.path, args: server, origin: "prodready.path" };
  const own = await ofEnvironment(surroundings);
  const origin = own === undefined ? "bundled with the extension" : `installed for ${own}`;
  // `-I` keeps the directory that it is started in, the user's packages and PYTHON* variables from being imported.
  return { command: own ?? (await bundled()), args: ["-I", "-X", "utf8", "-m", "prodready", ...server], origin };
}

async function ofEnvironment(surroundings: Surroundings): Promise<string | undefined> {
  const { settings, isTrusted, activeInterpreter, hasServer, log } = surroundings;
  if (settings.importStrategy !== "fromEnvironment") return undefined;
  // An environment that lies in a workspace which is not trusted could be made to run anything.
  const python = settings.interpreter || (isTrusted ? await activeInterpreter() : undefined);
  if (python === undefined || (await hasServer(python))) return python;
  log(`${python} has no prodready that can start; the bundled server is used`);
  return undefined;
}
