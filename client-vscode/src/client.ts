/** The language client of one server process. */

import type { Readable } from "node:stream";
import { CodeAction, CodeActionKind, type Diagnostic, type LogOutputChannel } from "vscode";
import { CloseAction, ErrorAction, LanguageClient, type LanguageClientOptions } from "vscode-languageclient/node";
import { answered } from "./answered";
import type { Launch } from "./discovery";
import { copyLog } from "./log";

export const SOURCE = "prodready";

/** Not the old side of a comparison, or a terminal's output: only what somebody may be editing. */
export const DOCUMENTS = ["file", "untitled", "vscode-notebook-cell", "vscode-vfs", "vsls"].map((scheme) => ({
  language: "python",
  scheme,
}));

/** Tells what happens in the log and in the status only; the library would open a window for each. */
export class QuietClient extends LanguageClient {
  /** Starts the server; throws an Error, and ends it, when `command` does not answer in time or is `unwanted` before. */
  async begin(command: string, unwanted: AbortSignal): Promise<void> {
    try {
      await answered(this.start(), command, unwanted);
    } catch (error) {
      this.serverProcess?.kill("SIGKILL");
      throw error;
    }
  }

  override error(message: string, data?: unknown): void {
    // A server that is going, or gone, misses no message.
    if (!this.isRunning() && message.startsWith("Sending ")) return;
    super.error(message, data instanceof Error ? data.message : data, false);
  }

  /** Never fails: the library tells in the log that a server did not end when asked, and ends it two seconds later. */
  override stop(): Promise<void> {
    return super.stop().catch(() => undefined);
  }
}

/** Makes the client; `ended` gets the server's last words when it is gone without having been asked to go. */
export function makeClient(
  { command, args }: Launch,
  cwd: string,
  log: LogOutputChannel,
  trace: LogOutputChannel,
  ended: (lastWords: string) => void,
): QuietClient {
  let lastWords = "";
  const options: LanguageClientOptions = {
    documentSelector: DOCUMENTS,
    outputChannel: log,
    traceOutputChannel: trace,
    initializationFailedHandler: () => false,
    errorHandler: {
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      closed: () => {
        ended(lastWords);
        return { action: CloseAction.DoNotRestart, handled: true, message: "The server has ended." };
      },
    },
    stdioOptions: {
      stdout: () => undefined, // the protocol itself
      stderr: (stream: Readable) => copyLog(stream, log, (line) => (lastWords = line)),
    },
    middleware: {
      provideCodeActions: async (document, range, context, token, next) => {
        const actions = (await next(document, range, context, token)) ?? [];
        const isWanted = context.only === undefined || context.only.contains(CodeActionKind.QuickFix);
        return isWanted ? [...actions, ...explanations(context.diagnostics)] : actions;
      },
    },
  };
  return new QuietClient(SOURCE, "prodready", { command, args: [...args], options: { cwd } }, options);
}

export function codeOf({ code }: Diagnostic): string {
  return String(typeof code === "object" ? code.value : (code ?? ""));
}

/** The last entries of the light bulb: what the rules at the cursor are about. */
function explanations(diagnostics: readonly Diagnostic[]): CodeAction[] {
  const codes = new Set(diagnostics.filter(({ source }) => source === SOURCE).map(codeOf));
  return [...codes].map((code) => {
    const action = new CodeAction(`Explain ${code}`, CodeActionKind.QuickFix);
    action.command = { command: "prodready.explainRule", title: action.title, arguments: [code] };
    return action;
  });
}
