/** What a report of a fault needs: versions, where the server comes from, its state, and settings. No code, no names. */

import * as os from "node:os";
import * as vscode from "vscode";
import type { Launch } from "./discovery";
import { SECTION } from "./settings";
import type { Status } from "./status";

/** Returns Markdown for pasting; the home directory, which often is a person's name, is shortened to `~`. */
export function debugInformation(extension: vscode.Extension<unknown>, status: Status, launch?: Launch): string {
  const facts = {
    Extension: `${extension.id} ${extension.packageJSON.version}`,
    Editor: `${vscode.env.appName} ${vscode.version} (${vscode.env.remoteName ?? "local"})`,
    Platform: `${os.platform()} ${os.arch()} ${os.release()}`,
    Server: status.version || "none yet",
    "Taken from": launch?.origin ?? "none",
    Command: launch === undefined ? "none" : [launch.command, ...launch.args].join(" "),
    State: status.state,
    "Last error": status.lastError ?? "none",
    "Trusted workspace": vscode.workspace.isTrusted ? "yes" : "no",
    "Workspace folders": vscode.workspace.workspaceFolders?.length ?? 0,
  };
  const list = Object.entries(facts).map(([name, value]) => `- ${name}: ${value}`);
  const settings = JSON.stringify(changedSettings(), undefined, 2);
  const text = [...list, "", "Settings that are not defaults:", "", "```json", settings, "```", ""].join("\n");
  return text.replaceAll(os.homedir(), "~");
}

function changedSettings(): Record<string, unknown> {
  const configuration = vscode.workspace.getConfiguration(SECTION);
  const isChanged = (key: string) => {
    const usual = configuration.inspect(key)?.defaultValue;
    return usual !== undefined && JSON.stringify(configuration.get(key)) !== JSON.stringify(usual);
  };
  const changed = Object.keys(configuration).filter(isChanged);
  return Object.fromEntries(changed.map((key) => [`${SECTION}.${key}`, configuration.get(key)]));
}
