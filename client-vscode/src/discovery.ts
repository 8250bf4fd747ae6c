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
  const { settings, isFile } = surroundings;
  if (settings.path !== "") {
    if (!isFile(settings.path)) throw new Error(`prodready.path is ${settings.path}, but there is no such file`);
    return { command: settings.path, args: ["server", ...logLevel(settings)], origin: "prodready.path" };
  }
  if (settings.interpreter !== "" && !isFile(settings.interpreter)) {
    throw new Error(`prodready.interpreter is ${settings.interpreter}, but there is no such file`);
  }
  const own = await ofEnvironment(surroundings);
  return own ?? withPython(await surroundings.bundled(), "bundled with the extension", settings);
}

async function ofEnvironment(surroundings: Surroundings): Promise<Launch | undefined> {
  const { settings, isTrusted, activeInterpreter, hasServer, log } = surroundings;
  if (settings.importStrategy !== "fromEnvironment") return undefined;
  let python: string | undefined = settings.interpreter;
  if (python === "") {
    // An environment that lies in a workspace which is not trusted could be made to run anything.
    python = isTrusted ? await activeInterpreter() : undefined;
  }
  if (python === undefined) return undefined;
  if (await hasServer(python)) return withPython(python, `installed for ${python}`, settings);
  log(`${python} has no prodready that can start; the bundled server is used`);
  return undefined;
}

/** `-I` keeps the directory that it is started in, the user's packages and PYTHON* variables from being imported. */
function withPython(python: string, origin: string, settings: Settings): Launch {
  return { command: python, args: ["-I", "-X", "utf8", "-m", "prodready", "server", ...logLevel(settings)], origin };
}

function logLevel(settings: Settings): string[] {
  return ["--log-level", settings.logLevel];
}
