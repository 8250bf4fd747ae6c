import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { NEEDS_RESTART, needsRestart, readSettings, SECTION } from "../src/settings";

const PLACES = { home: "/home/me", workspace: "/work/shop" };
const { properties } = JSON.parse(readFileSync("package.json", "utf8")).contributes.configuration as {
  properties: Record<string, { default: unknown }>;
};

function read(values: Record<string, unknown>, places: { home: string; workspace: string | undefined } = PLACES) {
  return readSettings((key) => values[key], places);
}

test("what the code assumes without settings are the defaults of the manifest", () => {
  assert.deepEqual(read({}), readSettings((key) => properties[`${SECTION}.${key}`]?.default, PLACES));
});

test("paths may be relative to the workspace, to the home directory, or have placeholders", () => {
  const written = [" ~/bin/prodready ", "${userHome}/p", "${workspaceFolder}/.venv/bin/python", ".venv/bin/python", "/opt/p"];
  const expected = ["/home/me/bin/prodready", "/home/me/p", "/work/shop/.venv/bin/python", "/work/shop/.venv/bin/python", "/opt/p"];
  assert.deepEqual(written.map((path) => read({ path }).path), expected);
});

test("without a workspace, paths are relative to the home directory", () => {
  assert.equal(read({ interpreter: "python3" }, { home: "/home/me", workspace: undefined }).interpreter, "/home/me/python3");
});

test("a value of the wrong kind counts as not set", () => {
  assert.equal(read({ path: 3 }).path, "");
  assert.equal(read({ importStrategy: "sometimes" }).importStrategy, "fromEnvironment");
});

test("only what chooses or starts the server needs a new one, and the manifest knows all of it", () => {
  assert.equal(needsRestart((section) => section === "prodready.severity"), false);
  for (const key of NEEDS_RESTART) {
    assert.equal(needsRestart((section) => section === `prodready.${key}`), true);
    assert.ok(`${SECTION}.${key}` in properties);
  }
});
