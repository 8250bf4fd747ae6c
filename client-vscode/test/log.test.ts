import assert from "node:assert/strict";
import { once } from "node:events";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { copyLog } from "../src/log";
import { debugInformation } from "../src/debug";

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

test("debug information names no home directory", () => {
  const facts = { Platform: "linux x64", Command: "/home/ada/.vscode/python -I" };
  const text = debugInformation(facts, { "prodready.run": "onSave" }, "/home/ada");
  assert.ok(!text.includes("ada"));
  assert.match(text, /^- Platform: linux x64\n- Command: ~\/\.vscode\/python -I\n/);
  assert.match(text, /"prodready.run": "onSave"/);
});
