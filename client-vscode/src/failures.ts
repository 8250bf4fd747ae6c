/** What the user is told when something fails: one message, that says what to do. */

import { commands, env, Uri, window } from "vscode";
import { NoPythonError } from "./pythons";
import { CrashesError } from "./supervisor";

/** What the buttons of a message do. */
const BUTTONS = {
  "Show Log": () => commands.executeCommand("prodready.showLog"),
  Restart: () => commands.executeCommand("prodready.restart"),
  "Get Python": () => env.openExternal(Uri.parse("https://www.python.org/downloads/")),
  "Choose Interpreter": () => commands.executeCommand("workbench.action.openSettings", "prodready.interpreter"),
};
type Button = keyof typeof BUTTONS;

/** Tells something that went wrong, and does what is chosen. */
export async function tell(message: string, ...buttons: Button[]): Promise<void> {
  const chosen = await window.showErrorMessage(message, ...buttons);
  if (chosen !== undefined) await BUTTONS[chosen]();
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
  return [`prodready cannot start: ${message}`, "Show Log", "Restart"];
}
