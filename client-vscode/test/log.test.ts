import assert from "node:assert/strict";
import { once } from "node:events";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { copyLog } from "../src/log";

test("the server's log lines keep their levels, and tracebacks belong to the line before", async () => {
  const lines: string[] = [];
  const words: string[] = [];
  const take = (level: string) => (text: string) => void lines.push(`${level}: ${text}`);
  const stream = new PassThrough();
  const log = { debug: take("debug"), info: take("info"), warn: take("warn"), error: take("error") };
  copyLog(stream, log, (line) => words.push(line));
  stream.end(
    "2026-01-02 03:04:05,678 WARNING prodready.lsp: careful\n" +
      "2026-01-02 03:04:05,679 ERROR prodready.lsp: oh\nTraceback (most recent call last):\n\n" +
      "2026-01-02 03:04:05,680 INFO prodready.lsp: fine\n",
  );
  await once(stream, "close");
  assert.deepEqual(lines, [
    "warn: prodready.lsp: careful",
    "error: prodready.lsp: oh",
    "error: Traceback (most recent call last):",
    "error: ",
    "info: prodready.lsp: fine",
  ]);
  assert.equal(words.length, 4);
});
