/** The settings that the extension itself acts on; all others go to the server as they are. */

import * as os from "node:os";
import * as path from "node:path";
import { workspace } from "vscode";

export const SECTION = "prodready";

/** A change of one of these takes a new server process; the server asks for all others when they change. */
export const NEEDS_RESTART = ["path", "interpreter", "importStrategy", "logLevel"] as const;

/** `path` and `interpreter` are absolute, or empty when they are not set. */
export type Settings = Readonly<Record<(typeof NEEDS_RESTART)[number], string>>;

export function settings(): Settings {
  const configuration = workspace.getConfiguration(SECTION);
  return {
    path: absolute(configuration.get("path")),
    interpreter: absolute(configuration.get("interpreter")),
    importStrategy: configuration.get("importStrategy") ?? "fromEnvironment",
    logLevel: configuration.get("logLevel") ?? "warning",
  };
}

/** Knows `~`, `${userHome}` and `${workspaceFolder}`; other paths are relative to the first folder. */
function absolute(value: unknown): string {
  if (typeof value !== "string" || value.trim() === "") return "";
  const home = os.homedir();
  const folder = workspace.workspaceFolders?.find(({ uri }) => uri.scheme === "file")?.uri.fsPath ?? home;
  const full = value
    .trim()
    .replace(/^~(?=$|[/\\])/, () => home)
    .replaceAll("${userHome}", () => home)
    .replaceAll("${workspaceFolder}", () => folder);
  return path.resolve(folder, full);
}
