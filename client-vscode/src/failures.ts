/** What the user is told when no server runs: one message, that says what to do. */

import { commands, env, Uri, window } from "vscode";
import { NoPythonError } from "./bundled";
import { CrashesError } from "./supervisor";

const DOWNLOADS = "https://www.python.org/downloads/";

interface Choice {
  readonly title: string;
  readonly act: () => unknown;
}

const SHOW_LOG: Choice = { title: "Show Log", act: () => commands.executeCommand("prodready.showLog") };
const RESTART: Choice = { title: "Restart", act: () => commands.executeCommand("prodready.restart") };
const GET_PYTHON: Choice = { title: "Get Python", act: () => env.openExternal(Uri.parse(DOWNLOADS)) };
const CHOOSE: Choice = {
  title: "Choose Interpreter",
  act: () => commands.executeCommand("workbench.action.openSettings", "prodready.interpreter"),
};

/** Tells that the server does not run, why, and offers what helps; the log opens by itself after crashes. */
export async function tellFailure(error: Error): Promise<void> {
  const [message, choices] = described(error);
  if (error instanceof CrashesError) SHOW_LOG.act();
  const chosen = await window.showErrorMessage(message, ...choices);
  await chosen?.act();
}

function described(error: Error): [string, Choice[]] {
  if (error instanceof NoPythonError) return [noPython(error), [GET_PYTHON, CHOOSE, RESTART]];
  if (error instanceof CrashesError) {
    return [`prodready has stopped: ${error.message}. The log tells why.`, [SHOW_LOG, RESTART]];
  }
  return [`prodready cannot start: ${error.message}`, [SHOW_LOG, RESTART]];
}

function noPython({ oldest, found }: NoPythonError): string {
  const old = found.map((python) => `${python.executable} (${python.version.join(".")})`).join(", ");
  const there = old === "" ? "This machine seems to have none." : `Found only ${old}.`;
  const bare = found.some((python) => !python.hasVenv) ? " On Debian and Ubuntu: apt install python3-venv." : "";
  return `prodready needs Python ${oldest} or later to run. ${there}${bare} Install one, then restart prodready.`;
}
