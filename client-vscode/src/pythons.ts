/** The Python interpreters of this machine, of which the newest that the bundled server runs on is taken. */

import { readdirSync, realpathSync, statSync } from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Run } from "./process";

/** What looking for interpreters needs to know; the functions answer for paths that are not there, too. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  /** The names in a directory. */
  readonly names: (directory: string) => readonly string[];
  /** What a path leads to in the end, undefined when that is no file. */
  readonly realFile: (file: string) => string | undefined;
}

export interface Python {
  readonly executable: string;
  /** Such as [3, 12]. */
  readonly version: readonly [number, number];
  /** Whether it can make environments: some distributions ship that as a package of its own. */
  readonly hasVenv: boolean;
}

const NAME = /^python(3(\.\d+)?)?(\.exe)?$/;
const QUESTION = `
import importlib.util, json, struct, sys
has_venv = importlib.util.find_spec("venv") is not None
usable = sys.implementation.name == "cpython" and struct.calcsize("P") == 8
print(json.dumps({"version": sys.version_info[:2], "hasVenv": has_venv, "usable": usable}))
`;

/** Returns the absolute paths of what may be interpreters, each once. Nothing inside of `forbidden` is among them. */
export function candidates(machine: Machine, forbidden: readonly string[]): string[] {
  const paths = machine.platform === "win32" ? path.win32 : path.posix;
  const outside = (file: string) => !forbidden.some((root) => isInside(paths.relative(root, file), paths));
  const files = directories(machine, paths)
    .filter((directory) => paths.isAbsolute(directory))
    .flatMap((directory) => machine.names(directory).map((name) => paths.join(directory, name)))
    .filter((file) => NAME.test(paths.basename(file)) && outside(file));
  const found = new Map<string, string>();
  for (const file of files) {
    const real = machine.realFile(file);
    if (real !== undefined && outside(real) && !found.has(real)) found.set(real, file);
  }
  return [...found.values()];
}

function isInside(relative: string, paths: path.PlatformPath): boolean {
  return relative.split(paths.sep)[0] !== ".." && !paths.isAbsolute(relative);
}

/** The path, and where managers and installers put interpreters: a window not started from a shell has a short path. */
function directories({ platform, env, home, names }: Machine, paths: path.PlatformPath): string[] {
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

/** Asks an interpreter about itself, isolated from everything of the user's; undefined for one of no use. */
export async function ask(executable: string, run: Run): Promise<Python | undefined> {
  const { code, stdout } = await run(executable, ["-I", "-c", QUESTION]);
  if (code !== 0) return undefined;
  try {
    const { usable, ...answer } = JSON.parse(stdout) as Omit<Python, "executable"> & { usable: boolean };
    return usable ? { executable, ...answer } : undefined;
  } catch {
    return undefined; // something else with the name of an interpreter
  }
}

/** Returns those that the server runs on (`supported` holds texts such as "3.12"), the newest first. */
export function suitable(pythons: readonly Python[], supported: readonly string[]): Python[] {
  return pythons
    .filter((python) => python.hasVenv && supported.includes(python.version.join(".")))
    .sort((a, b) => b.version[1] - a.version[1]);
}

export function thisMachine(): Machine {
  const { platform, env } = process;
  return { platform, env, home: os.homedir(), names: (directory) => orElse([], () => readdirSync(directory)), realFile };
}

/** Returns what a path leads to in the end, undefined when that is no file. */
export function realFile(file: string): string | undefined {
  return orElse(undefined, () => (statSync(file).isFile() ? realpathSync(file) : undefined));
}

/** A place that is not there, or not ours to read, holds nothing for us. */
function orElse<T>(nothing: T, look: () => T): T {
  try {
    return look();
  } catch {
    return nothing;
  }
}
