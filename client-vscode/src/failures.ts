/** What the user is told when something fails: one message, that says what to do. */

import { commands, env, Uri, window, workspace } from "vscode";
import { NoPythonError } from "./pythons";
import { SECTION, settings } from "./settings";
import { CrashesError } from "./supervisor";

/** What the buttons of a message do. */
const BUTTONS = {
  "Show Log": () => commands.executeCommand("prodready.showLog"),
  Restart: () => commands.executeCommand("prodready.restart"),
  "Get Python": () => env.openExternal(Uri.parse("https://www.python.org/downloads/")),
  "Choose Interpreter": () => openSetting("interpreter"),
  "Open Settings": () => openSetting(chosen() ?? "importStrategy"),
};
type Button = keyof typeof BUTTONS;

/** Opens the settings where this one is set, or can be: on a remote machine, those of the user do not have it. */
function openSetting(key: string): Thenable<unknown> {
  const inWorkspace = workspace.getConfiguration(SECTION).inspect(key)?.workspaceValue !== undefined;
  const place = inWorkspace ? "Workspace" : env.remoteName === undefined ? "" : "Remote";
  return commands.executeCommand(`workbench.action.open${place}Settings`, { query: `${SECTION}.${key}` });
}

/** The setting that names what runs, where there is one. */
const chosen = () => (["path", "interpreter"] as const).find((key) => settings()[key] !== "");

/** Tells something that went wrong, and does what is chosen. */
export async function tell(message: string, ...buttons: Button[]): Promise<void> {
  const button = await window.showErrorMessage(message, ...buttons);
  if (button !== undefined) await BUTTONS[button]();
}

/** Tells that the server does not run, why, and offers what helps; the log opens by itself after crashes. */
export async function tellFailure(error: Error): Promise<void> {
  if (error instanceof CrashesError) void BUTTONS["Show Log"]();
  await tell(...described(error));
}

function described(error: Error): [string, ...Button[]] {
  const { message } = error;
  if (error instanceof NoPythonError) return [message, "Get Python", "Choose Interpreter", "Restart"];
  if (error instanceof CrashesError) return [`prodready has stopped: ${message}. The log tells why.`, "Show Log", "Restart"];
  const ways: Button[] = chosen() === undefined ? ["Restart"] : ["Open Settings", "Restart"];
  return [`prodready cannot start: ${message}`, "Show Log", ...ways];
}
