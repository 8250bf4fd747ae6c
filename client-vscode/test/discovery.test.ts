import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, test } from "node:test";
import type { ExtensionContext } from "vscode";
import { findServer } from "../src/discovery";
import { directory, program } from "./places";
import { configuration, workspace } from "./vscode";

const ARGUMENTS = ["-I", "-X", "utf8", "-m", "prodready", "server"];

afterEach(() => {
  Object.keys(configuration).forEach((key) => delete configuration[key]);
  workspace.isTrusted = true;
});

/** An extension whose bundled server's environment is there, and interpreters that note that they are started. */
function surroundings() {
  const home = directory();
  mkdirSync(path.join(home, "dist/wheels"), { recursive: true });
  writeFileSync(path.join(home, "dist/wheels/bundle.json"), JSON.stringify({ id: "1.0-abc", pythons: ["3.12"] }));
  const base = program(path.join(home, "base"));
  const environment = path.join(home, "environments/1.0-abc");
  mkdirSync(path.join(environment, "bin"), { recursive: true });
  const bundled = path.join(environment, "bin/python");
  symlinkSync(base, bundled);
  writeFileSync(path.join(environment, "made.json"), JSON.stringify({ base }));
  const context = {
    asAbsolutePath: (name: string) => path.join(home, name),
    globalStorageUri: { fsPath: home },
  } as unknown as ExtensionContext;
  const asked = path.join(home, "asked");
  const python = (name: string, hasServer: boolean) =>
    program(path.join(home, name), `echo ${name} "$@" >> ${asked}`, `exit ${hasServer ? 0 : 1}`);
  return {
    python,
    bundled,
    find: (active?: string, broken?: string) => findServer(context, { get: async () => active }, broken),
    asked: () => (existsSync(asked) ? readFileSync(asked, "utf8") : ""),
  };
}

test("the path of the settings comes first, and is run as it is", async () => {
  const { python, find, asked } = surroundings();
  Object.assign(configuration, { path: python("prodready", true), interpreter: python("chosen", true) });
  const { command, args } = await find();
  assert.equal(command, configuration["path"]);
  assert.deepEqual(args, ["server"]);
  assert.equal(asked(), "");
});

test("a path that does not exist is told, and nothing else is run in its place", async () => {
  configuration["path"] = "/gone";
  await assert.rejects(surroundings().find(), /prodready\.path is \/gone, but there is no such file/);
});

test("an interpreter that does not exist is told", async () => {
  configuration["interpreter"] = "/gone";
  await assert.rejects(surroundings().find(), /prodready\.interpreter is \/gone/);
});

test("the chosen interpreter is used if it has a server, before that of the Python extension", async () => {
  const { python, find, asked } = surroundings();
  configuration["interpreter"] = python("chosen", true);
  const { command, args, origin } = await find(python("active", true));
  assert.equal(command, configuration["interpreter"]);
  assert.deepEqual(args, ARGUMENTS);
  assert.equal(origin, `installed for ${command}`);
  assert.equal(asked(), "chosen -I -c from importlib.util import find_spec; assert find_spec('prodready')\n");
});

test("the interpreter of the Python extension is used if it has a server", async () => {
  const { python, find } = surroundings();
  const active = python("active", true);
  assert.equal((await find(active)).command, active);
});

test("without a server in the environment the bundled one is used, and what it was started for is told", async () => {
  const { python, find, bundled } = surroundings();
  const active = python("active", false);
  const origin = `bundled with the extension, as ${active} has no prodready that can start`;
  const launch = { command: bundled, args: ARGUMENTS, isReplaceable: false };
  assert.deepEqual(await find(active), { ...launch, origin });
  assert.deepEqual(await find(), { ...launch, origin: "bundled with the extension" });
});

test("the bundled server takes the place of one of the environment that cannot start, and of no other", async () => {
  const { python, find, bundled, asked } = surroundings();
  const active = python("active", true);
  assert.equal((await find(active)).isReplaceable, true);
  const first = asked();
  const origin = `bundled with the extension, as ${active} has no prodready that can start`;
  const instead = { command: bundled, args: ARGUMENTS, origin, isReplaceable: false };
  assert.deepEqual(await find(active, active), instead);
  assert.equal(asked(), first);
  configuration["path"] = active;
  assert.equal((await find()).isReplaceable, false);
});

test("useBundled asks no interpreter at all", async () => {
  const { python, find, bundled, asked } = surroundings();
  configuration["importStrategy"] = "useBundled";
  assert.equal((await find(python("active", true))).command, bundled);
  assert.equal(asked(), "");
});

test("in a workspace that is not trusted the interpreter of its environment is never run", async () => {
  const { python, find, bundled, asked } = surroundings();
  workspace.isTrusted = false;
  assert.equal((await find(python(".venv", true))).command, bundled);
  assert.equal(asked(), "");
});

test("the log level is handed over", async () => {
  configuration["logLevel"] = "debug";
  assert.deepEqual((await surroundings().find()).args.slice(-2), ["--log-level", "debug"]);
});
