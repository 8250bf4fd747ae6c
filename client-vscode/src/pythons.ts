/** The Python interpreters of this machine, of which the newest that the bundled server runs on is taken. */

import * as path from "node:path";
import type { Run } from "./process";

/** What looking for interpreters needs to know; the functions answer for paths that are not there, too. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly names: (directory: string) => readonly string[];
  readonly isFile: (file: string) => boolean;
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

/** Returns the absolute paths of what may be interpreters. Nothing that lies inside of `forbidden` is among them. */
export function candidates(machine: Machine, forbidden: readonly string[]): string[] {
  const paths = machine.platform === "win32" ? path.win32 : path.posix;
  const found = directories(machine, paths)
    .filter((directory) => paths.isAbsolute(directory) && !forbidden.some((root) => isInside(directory, root, paths)))
    .flatMap((directory) =>
      machine
        .names(directory)
        .filter((name) => NAME.test(name))
        .map((name) => paths.join(directory, name)),
    );
  return [...new Set(found)].filter(machine.isFile);
}

function directories(machine: Machine, paths: path.PlatformPath): string[] {
  const onPath = (machine.env.PATH ?? machine.env.Path ?? "").split(paths.delimiter);
  return [...onPath, ...(machine.platform === "win32" ? windowsPlaces(machine) : unixPlaces(machine))];
}

/** A window that was not started from a shell often has a PATH without these. */
function unixPlaces(machine: Machine): string[] {
  const managed = [`${machine.home}/.pyenv/versions`, `${machine.home}/.local/share/uv/python`];
  return [
    "/usr/bin",
    "/usr/local/bin",
    "/opt/homebrew/bin",
    `${machine.home}/.local/bin`,
    ...managed.flatMap((base) => machine.names(base).map((version) => `${base}/${version}/bin`)),
  ];
}

function windowsPlaces(machine: Machine): string[] {
  const { LOCALAPPDATA, ProgramFiles } = machine.env;
  const own = LOCALAPPDATA === undefined ? undefined : `${LOCALAPPDATA}\\Programs\\Python`;
  const bases = [own, ProgramFiles, "C:\\"];
  return bases
    .filter((base) => base !== undefined)
    .flatMap((base) =>
      machine
        .names(base)
        .filter((name) => /^Python3\d+$/i.test(name))
        .map((name) => path.win32.join(base, name)),
    );
}

function isInside(directory: string, root: string, paths: path.PlatformPath): boolean {
  const relative = paths.relative(root, directory);
  return relative === "" || (!relative.startsWith("..") && !paths.isAbsolute(relative));
}

/** Asks an interpreter about itself, isolated from everything of the user's; undefined for one of no use. */
export async function ask(executable: string, run: Run): Promise<Python | undefined> {
  const { code, stdout } = await run(executable, ["-I", "-c", QUESTION]);
  if (code !== 0) return undefined;
  try {
    const answer = JSON.parse(stdout) as { version: [number, number]; hasVenv: boolean; usable: boolean };
    return answer.usable ? { executable, version: answer.version, hasVenv: answer.hasVenv } : undefined;
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
