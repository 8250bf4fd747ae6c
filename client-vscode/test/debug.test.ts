import assert from "node:assert/strict";
import { homedir } from "node:os";
import { test } from "node:test";
import type { Extension } from "vscode";
import { debugInformation } from "../src/debug";
import type { Status } from "../src/status";
import { configuration, defaults } from "./vscode";

test("debug information tells where the server comes from and what is set, and names no home directory", () => {
  Object.assign(defaults, { run: "onType", path: "" });
  configuration["run"] = "onSave";
  const extension = { id: "prodready.prodready", packageJSON: { version: "1.2.3" } } as Extension<unknown>;
  const status = { state: "failed", lastError: `${homedir()}/x is gone`, version: "" } as Status;
  const launch = { command: `${homedir()}/bin/python`, args: ["-I"], origin: "bundled with the extension", isReplaceable: false };
  const text = debugInformation(extension, status, launch);
  assert.match(text, /^- Extension: prodready\.prodready 1\.2\.3\n- Editor: Editor 1\.100\.0 \(local\)\n/);
  assert.match(text, /- Taken from: bundled with the extension\n- Command: ~\/bin\/python -I\n- State: failed\n- Last error: ~\/x is gone\n/);
  assert.ok(text.endsWith('```json\n{\n  "prodready.run": "onSave"\n}\n```\n'));
  assert.ok(!text.includes(homedir()));
});

test("before the first start there is little to tell", () => {
  const extension = { id: "prodready.prodready", packageJSON: { version: "1.2.3" } } as Extension<unknown>;
  const text = debugInformation(extension, { state: "starting", version: "" } as Status);
  assert.match(text, /- Server: none yet\n- Taken from: none\n- Command: none\n- State: starting\n- Last error: none\n/);
});
