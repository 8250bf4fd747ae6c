/** The language client of one server process. */

import type { ChildProcess } from "node:child_process";
import type { Readable } from "node:stream";
import { CodeAction, CodeActionKind, type Diagnostic, type LogOutputChannel } from "vscode";
import { CloseAction, ErrorAction, LanguageClient, type LanguageClientOptions } from "vscode-languageclient/node";
import { answered } from "./answered";
import { codeOf, DOCUMENTS, SOURCE } from "./findings";
import { copyLog } from "./log";

/** Milliseconds that a server has to end by itself when it is asked to. */
const LAST_WORDS = 2_000;

/** Tells what happens in the log and in the status only; the library would open a window for each. */
export class QuietClient extends LanguageClient {
  constructor(
    private readonly server: Promise<ChildProcess>,
    options: LanguageClientOptions,
  ) {
    super(SOURCE, "prodready", () => server, options);
  }

  /** Waits for the server; throws an Error, and ends it, when it does not answer in time or is `unwanted` before. */
  async begin(command: string, unwanted: AbortSignal): Promise<void> {
    try {
      await answered(this.start(), command, unwanted);
    } catch (error) {
      void this.#end();
      throw error;
    }
  }

  override error(message: string, data?: unknown): void {
    // A server that is going, or gone, misses no message.
    if (!this.isRunning() && message.startsWith("Sending ")) return;
    super.error(message, data instanceof Error ? data.message : data, false);
  }

  /** Never fails: the library tells in the log that a server did not end when asked. */
  override async stop(): Promise<void> {
    await super.stop().catch(() => undefined);
    setTimeout(() => void this.#end(), LAST_WORDS);
  }

  /** Ends the server, if it was started and still runs. */
  async #end(): Promise<void> {
    (await this.server.catch(() => undefined))?.kill("SIGKILL");
  }
}

/** Makes the client of a server that is being started; `ended` gets its last words when it is gone without being asked. */
export function makeClient(
  server: Promise<ChildProcess>,
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
  const ending = (code: number | null, signal: string | null) => log.info(`the server ended with ${signal ?? `code ${code}`}`);
  void server.then((child) => child.once("exit", ending), () => undefined); // whoever begins gets the error
  return new QuietClient(server, options);
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
