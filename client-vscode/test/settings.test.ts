import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { afterEach, test } from "node:test";
import { NEEDS_RESTART, SECTION, settings } from "../src/settings";
import { configuration, workspace } from "./vscode";

const { properties } = JSON.parse(readFileSync("package.json", "utf8")).contributes.configuration as {
  properties: Record<string, { default: unknown }>;
};

afterEach(() => {
  NEEDS_RESTART.forEach((key) => delete configuration[key]);
  workspace.workspaceFolders = undefined;
});

test("what the code assumes without settings are the defaults of the manifest", () => {
  const defaults = NEEDS_RESTART.map((key) => [key, properties[`${SECTION}.${key}`]?.default]);
  assert.deepEqual(settings(), Object.fromEntries(defaults));
});

test("paths may be relative to the workspace, to the home directory, or have placeholders", () => {
  workspace.workspaceFolders = [
    { uri: { scheme: "vscode-vfs", fsPath: "/elsewhere" } },
    { uri: { scheme: "file", fsPath: "/work/shop" } },
  ];
  for (const [written, expected] of [
    [" ~/bin/prodready ", path.join(homedir(), "bin/prodready")],
    ["${userHome}/p", path.join(homedir(), "p")],
    ["${workspaceFolder}/.venv/bin/python", "/work/shop/.venv/bin/python"],
    [".venv/bin/python", "/work/shop/.venv/bin/python"],
    ["/opt/p", "/opt/p"],
  ]) {
    configuration["path"] = written;
    assert.equal(settings().path, expected);
  }
});

test("without a workspace, paths are relative to the home directory", () => {
  configuration["interpreter"] = "python3";
  assert.equal(settings().interpreter, path.join(homedir(), "python3"));
});

test("a path of the wrong kind counts as not set", () => {
  configuration["path"] = 3;
  assert.equal(settings().path, "");
});
