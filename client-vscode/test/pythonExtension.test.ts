import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type { Memento } from "vscode";
import { ActiveInterpreter } from "../src/pythonExtension";
import { extensions } from "./vscode";

let chosen: string | undefined;
let tell: () => void;
let startExtension: () => void;

beforeEach(() => {
  const environments = {
    getActiveEnvironmentPath: () => ({ path: chosen }),
    resolveEnvironment: async () => chosen && { executable: { uri: { fsPath: chosen } } },
    onDidChangeActiveEnvironmentPath: (listener: () => void) => void (tell = listener),
  };
  const started = new Promise<void>((resolve) => (startExtension = resolve));
  extensions.python = () => started.then(() => ({ environments }));
  chosen = "/venv/bin/python";
});

/** What asks, in a window of a workspace of which this interpreter is remembered. */
function window(remembered?: string) {
  let known = remembered;
  const memory = { get: () => known, update: async (_: string, value: string | undefined) => void (known = value) };
  let wake = () => undefined as void;
  let changes = 0;
  const interpreter = new ActiveInterpreter(memory as unknown as Memento, () => {
    changes++;
    wake();
  });
  const changed = () => new Promise<void>((resolve) => (changes > 0 ? resolve() : (wake = resolve)));
  return { interpreter, changed, changes: () => changes, known: () => known };
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

test("the interpreter that the extension tells is remembered", async () => {
  const { interpreter, known, changes } = window();
  startExtension();
  assert.equal(await interpreter.get(), chosen);
  await settled();
  assert.equal(known(), chosen);
  assert.equal(changes(), 0);
});

test("what is remembered is told at once, and a change as soon as it is known", async () => {
  const { interpreter, changed, known } = window("/old/bin/python");
  assert.equal(await interpreter.get(), "/old/bin/python");
  startExtension();
  await changed();
  assert.equal(known(), chosen);
  assert.equal(await interpreter.get(), chosen);
});

test("what is remembered and still right changes nothing", async () => {
  const { interpreter, changes } = window(chosen);
  assert.equal(await interpreter.get(), chosen);
  startExtension();
  await settled();
  assert.equal(changes(), 0);
});

test("an extension that is slow holds nothing up, and what it tells at last counts", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { interpreter, changed } = window();
  const told = interpreter.get();
  context.mock.timers.tick(3_000);
  assert.equal(await told, undefined);
  startExtension();
  await changed();
  assert.equal(await interpreter.get(), chosen);
});

test("another choice of the user is a change", async () => {
  const { interpreter, changed } = window();
  startExtension();
  await interpreter.get();
  chosen = "/other/bin/python";
  tell();
  await changed();
  assert.equal(await interpreter.get(), "/other/bin/python");
});

test("an extension that is not there, or cannot start, knows nothing, and what was remembered is forgotten", async () => {
  const old = async () => ({});
  for (const python of [undefined, () => Promise.reject(new Error("broken")), old]) {
    extensions.python = python;
    assert.equal(await window().interpreter.get(), undefined);
    const { interpreter, changed, known } = window("/old/bin/python");
    assert.equal(await interpreter.get(), "/old/bin/python");
    await changed();
    assert.equal(known(), undefined);
  }
});
