/** The settings that the extension itself acts on; all others go to the server as they are. */

import * as path from "node:path";

/** `path` and `interpreter` are absolute, or empty when they are not set. */
export interface Settings {
  readonly path: string;
  readonly interpreter: string;
  readonly importStrategy: "fromEnvironment" | "useBundled";
  readonly logLevel: string;
}

/** What placeholders in paths stand for. */
export interface Places {
  readonly home: string;
  readonly workspace: string | undefined;
}

export const SECTION = "prodready";

/** A change of one of these takes a new server process; the server asks for all others when they change. */
export const NEEDS_RESTART = ["path", "interpreter", "importStrategy", "logLevel"] as const;

/** Reads the settings through `get`, which returns the value of a key below the section. */
export function readSettings(get: (key: string) => unknown, places: Places): Settings {
  return {
    path: expanded(get("path"), places),
    interpreter: expanded(get("interpreter"), places),
    importStrategy: get("importStrategy") === "useBundled" ? "useBundled" : "fromEnvironment",
    logLevel: String(get("logLevel") ?? "warning"),
  };
}

/** Tells whether a change, asked through `affects`, needs a new server process. */
export function needsRestart(affects: (section: string) => boolean): boolean {
  return NEEDS_RESTART.some((key) => affects(`${SECTION}.${key}`));
}

/** Makes a path absolute: `~`, `${userHome}`, `${workspaceFolder}`, and relative to the first workspace folder. */
function expanded(value: unknown, { home, workspace }: Places): string {
  if (typeof value !== "string" || value.trim() === "") return "";
  const base = workspace ?? home;
  const full = value
    .trim()
    .replace(/^~(?=$|[/\\])/, () => home)
    .replaceAll("${userHome}", () => home)
    .replaceAll("${workspaceFolder}", () => base);
  return path.resolve(base, full);
}
