import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, renameSync, statSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, test } from "node:test";
import type { ExtensionContext } from "vscode";
import { bundledPython } from "../src/bundled";
import { NoPythonError } from "../src/pythons";
import { directory, program } from "./places";
import { shown } from "./vscode";

beforeEach(() => void shown.splice(0));

/** An extension, and an interpreter that sets up nothing but what is looked at, and notes its calls. */
function extension(setUp = "") {
  const home = directory();
  mkdirSync(path.join(home, "dist/wheels"), { recursive: true });
  const bundle = { id: "1.0-abc", pythons: ["3.10", "3.12"] };
  writeFileSync(path.join(home, "dist/wheels/bundle.json"), JSON.stringify(bundle));
  const python = program(
    path.join(home, "python3.12"),
    `echo "$@" >> ${home}/calls`,
    '[ "$2" = -c ] && echo 3.12 && exit',
    setUp,
    '[ ! -e "$4/made.json" ] && mkdir -p "$4/bin" && ln -sf "$0" "$4/bin/python" || exit',
    'echo "{\\"base\\": \\"$0\\"}" > "$4/made.json"',
  );
  const context = {
    asAbsolutePath: (name: string) => path.join(home, name),
    globalStorageUri: { fsPath: path.join(home, "storage") },
  } as unknown as ExtensionContext;
  const environment = path.join(home, "storage/environments/1.0-abc");
  const calls = () => (existsSync(`${home}/calls`) ? readFileSync(`${home}/calls`, "utf8") : "").match(/^-I .*$/gm) ?? [];
  return { home, context, python, environment, calls, find: () => bundledPython(context, async () => [python]) };
}

test("the environment is made by the program of the extension, and the user sees that", async () => {
  const { home, python, environment, calls, find } = extension();
  assert.equal(await find(), path.join(environment, "bin/python"));
  assert.deepEqual(calls().slice(1), [`-I ${home}/client-vscode/python/set_up.py ${home}/dist/wheels ${environment}`]);
  assert.deepEqual(shown, ["Setting up prodready (once)", `with ${python}`]);
});

test("it is made once, and starts nothing and shows nothing afterwards, but notes that it is used", async () => {
  const { environment, calls, find } = extension();
  await find();
  const before = calls();
  shown.splice(0);
  utimesSync(path.join(environment, "made.json"), 0, 0);
  await find();
  assert.deepEqual(calls(), before);
  assert.deepEqual(shown, []);
  assert.ok(statSync(path.join(environment, "made.json")).mtimeMs > Date.now() - 60_000);
});

test("it is made again when its Python is gone", async () => {
  const { home, context, environment, python, find } = extension();
  await find();
  renameSync(python, `${home}/python3.13`);
  await bundledPython(context, async () => [`${home}/python3.13`]);
  assert.equal(realpathSync(path.join(environment, "bin/python")), `${home}/python3.13`);
});

test("what fails is told in the program's words", async () => {
  const { find } = extension('echo "could not set up the server: no space left" >&2; exit 1');
  await assert.rejects(find(), { message: "could not set up the server: no space left" });
});

test("without a suitable Python nothing is made, and nothing is shown", async () => {
  const { context, home } = extension();
  await assert.rejects(bundledPython(context, async () => []), NoPythonError);
  assert.deepEqual(readdirSync(home).sort(), ["dist", "python3.12"]);
  assert.deepEqual(shown, []);
});
