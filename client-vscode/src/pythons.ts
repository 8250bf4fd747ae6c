/** The Python interpreters of this machine, of which the newest that the bundled server runs on is taken. */

import { readdirSync, realpathSync } from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { run } from "./process";

/** What looking for interpreters needs to know; the functions answer for paths that are not there, too. */
export const THIS_MACHINE = {
  platform: process.platform,
  env: process.env,
  home: os.homedir(),
  /** The names in a directory. */
  names: (directory: string): string[] => orElse([], () => readdirSync(directory)),
  /** What a path leads to in the end, undefined when that is nothing. */
  real: (place: string): string | undefined => orElse(undefined, () => realpathSync(place)),
};

/** No interpreter will do; the message says what to do. */
export class NoPythonError extends Error {}

const NAME = /^python(3(\.\d+)?)?(\.exe)?$/;
/** Fails where the server cannot be set up: its wheels are for CPython on machines of 64 bits. */
const QUESTION = `
import struct, sys, venv
assert sys.implementation.name == "cpython" and struct.calcsize("P") == 8
print("%d.%d" % sys.version_info[:2])
`;

/** Returns the real paths of what may be interpreters; nothing that lies in one of the directories `forbidden`. */
export function candidates(machine: typeof THIS_MACHINE, forbidden: readonly string[]): string[] {
  const paths = machine.platform === "win32" ? path.win32 : path.posix;
  const roots = forbidden.map((root) => machine.real(root) ?? root);
  const isOutside = (file: string) => (root: string) => {
    const relative = paths.relative(root, file);
    return relative.split(paths.sep)[0] === ".." || paths.isAbsolute(relative);
  };
  const found = directories(machine, paths)
    .filter((directory) => paths.isAbsolute(directory))
    .flatMap((directory) => machine.names(directory).map((name) => paths.join(directory, name)))
    .filter((file) => NAME.test(paths.basename(file)))
    .flatMap((file) => machine.real(file) ?? []);
  return [...new Set(found)].filter((file) => roots.every(isOutside(file)));
}

/** The path, and where managers and installers put interpreters: a window not started from a shell has a short path. */
function directories({ platform, env, home, names }: typeof THIS_MACHINE, paths: path.PlatformPath): string[] {
  const onPath = (env.PATH ?? env.Path ?? "").split(paths.delimiter);
  const below = (base: string, inside: string) => names(base).map((name) => paths.join(base, name, inside));
  if (platform === "win32") {
    const bases = [`${env.LOCALAPPDATA}\\Programs\\Python`, `${env.ProgramFiles}`, "C:\\"];
    const installed = bases.flatMap((base) => below(base, "."));
    return [...onPath, ...installed.filter((directory) => /\\Python3\d+$/i.test(directory))];
  }
  const own = [`${home}/.pyenv/versions`, `${home}/.local/share/uv/python`].flatMap((base) => below(base, "bin"));
  return [...onPath, "/usr/bin", "/usr/local/bin", "/opt/homebrew/bin", `${home}/.local/bin`, ...own];
}

/**
 * Returns the interpreter with the newest of the versions that are `supported` (such as "3.12", the newest of them last).
 *
 * Each is asked for its version, isolated from everything of the user's. Throws NoPythonError.
 */
export async function newest(executables: readonly string[], supported: readonly string[]): Promise<string> {
  const ask = (executable: string) =>
    run(executable, ["-I", "-c", QUESTION]).then(
      (version) => ({ executable, version }),
      () => undefined, // something else with the name of an interpreter, or one of no use
    );
  const found = (await Promise.all(executables.map(ask))).filter((python) => python !== undefined);
  const best = found
    .filter(({ version }) => supported.includes(version))
    .sort((a, b) => supported.indexOf(b.version) - supported.indexOf(a.version))[0];
  if (best !== undefined) return best.executable;
  const there = found.map(({ executable, version }) => `${executable} (${version})`).join(", ");
  throw new NoPythonError(
    `prodready needs Python ${supported[0]} to ${supported.at(-1)} with its venv module. ` +
      `${there ? `Found only ${there}` : "This machine seems to have none"}. ` +
      "Install one (on Debian and Ubuntu: apt install python3-venv), then restart prodready.",
  );
}

/** A place that is not there, or not ours to read, holds nothing for us. */
function orElse<T>(nothing: T, look: () => T): T {
  try {
    return look();
  } catch {
    return nothing;
  }
}
