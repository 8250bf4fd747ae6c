/** How the server's standard error becomes lines of the log. */

import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { LogOutputChannel } from "vscode";

/** Date, level, logger, message: as the server writes its log. Other lines (tracebacks) belong to the line before. */
const LINE = /^\d{4}-\d\d-\d\d [\d:,]+ (?<level>DEBUG|INFO|WARNING|ERROR|CRITICAL) (?<text>.*)$/;

type Level = "debug" | "info" | "warn" | "error";
const LEVELS: Record<string, Level> = { DEBUG: "debug", INFO: "info", WARNING: "warn", ERROR: "error", CRITICAL: "error" };

/** Copies what the server writes to its standard error into the log, each line at its own level, and to `said`. */
export function copyLog(stream: Readable, log: Pick<LogOutputChannel, Level>, said: (line: string) => void): void {
  let level: Level = "error";
  createInterface({ input: stream }).on("line", (line) => {
    const groups = LINE.exec(line)?.groups;
    level = LEVELS[groups?.level ?? ""] ?? level;
    log[level](groups?.text ?? line);
    if (line.trim() !== "") said(line.trim());
  });
}
