/** What the user is told when no server runs: one message, that says what to do. */

import { commands, env, Uri, window } from "vscode";
import { NoPythonError } from "./bundled";
import { CrashesError } from "./supervisor";

/** What the buttons of a message do. */
const BUTTONS = {
  "Show Log": () => commands.executeCommand("prodready.showLog"),
  Restart: () => commands.executeCommand("prodready.restart"),
  "Get Python": () => env.openExternal(Uri.parse("https://www.python.org/downloads/")),
  "Choose Interpreter": () => commands.executeCommand("workbench.action.openSettings", "prodready.interpreter"),
};
type Button = keyof typeof BUTTONS;

/** Tells that the server does not run, why, and offers what helps; the log opens by itself after crashes. */
export async function tellFailure(error: Error): Promise<void> {
  const [message, ...buttons] = described(error);
  if (error instanceof CrashesError) void BUTTONS["Show Log"]();
  const chosen = await window.showErrorMessage(message, ...buttons);
  if (chosen !== undefined) await BUTTONS[chosen]();
}

function described(error: Error): [string, ...Button[]] {
  if (error instanceof NoPythonError) return [noPython(error), "Get Python", "Choose Interpreter", "Restart"];
  if (error instanceof CrashesError) {
    return [`prodready has stopped: ${error.message}. The log tells why.`, "Show Log", "Restart"];
  }
  return [`prodready cannot start: ${error.message}`, "Show Log", "Restart"];
}

function noPython({ oldest, found }: NoPythonError): string {
  const old = found.map((python) => `${python.executable} (${python.version.join(".")})`).join(", ");
  const there = old === "" ? "This machine seems to have none." : `Found only ${old}.`;
  const bare = found.some((python) => !python.hasVenv) ? " On Debian and Ubuntu: apt install python3-venv." : "";
  return `prodready needs Python ${oldest} or later to run. ${there}${bare} Install one, then restart prodready.`;
}
