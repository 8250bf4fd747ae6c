import assert from "node:assert/strict";
import { once } from "node:events";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { copyLog } from "../src/channels";
import { debugInformation } from "../src/debugInformation";

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
  const facts = {
    extension: "prodready.prodready 1.0",
    editor: "VS Code 1.100",
    platform: "linux x64",
    server: "1.0",
    origin: "bundled with the extension",
    command: "/home/ada/.vscode/python -I",
    state: "running",
    lastError: "none",
    isTrusted: true,
    folders: 2,
    settings: { "prodready.run": "onSave" },
  };
  const text = debugInformation(facts, "/home/ada");
  assert.ok(!text.includes("ada"));
  assert.match(text, /- Command: ~\/\.vscode\/python -I/);
  assert.match(text, /"prodready.run": "onSave"/);
});
