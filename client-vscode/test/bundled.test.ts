import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, test } from "node:test";
import { bundledPython, type Maker, NoPythonError } from "../src/bundled";
import type { Outcome } from "../src/process";

const made: string[] = [];
afterEach(() => made.splice(0).forEach((directory) => rmSync(directory, { recursive: true })));

const PYTHON = { executable: "/usr/bin/python3.12", version: [3, 12], hasVenv: true } as const;

function makeVenv(home: string, base: string): void {
  mkdirSync(path.join(home, "bin"));
  symlinkSync(base, path.join(home, "bin", "python"));
}

/** A maker whose programs do nothing but what is asked, with the calls that were made. */
async function maker(answer: (args: readonly string[]) => Partial<Outcome> = () => ({})) {
  const directory = mkdtempSync(path.join(tmpdir(), "prodready-bundled-"));
  made.push(directory);
  writeFileSync(path.join(directory, "bundle.json"), JSON.stringify({ id: "1.0-abc", pythons: ["3.10", "3.12"], pip: "pip.whl" }));
  const base = path.join(directory, "python3.12");
  writeFileSync(base, "");
  const calls: string[][] = [];
  const said: string[] = [];
  const duties: Maker = {
    wheels: directory,
    storage: path.join(directory, "environments"),
    run: async (command, args) => {
      calls.push([command, ...args]);
      if (args.includes("venv")) makeVenv(args.at(-1)!, base);
      return { code: 0, stdout: "", stderr: "", ...answer(args) };
    },
    pythons: async () => [PYTHON],
    progress: (task) => task((message) => said.push(message)),
  };
  return { duties, calls, said, base, home: path.join(directory, "environments", "1.0-abc") };
}

test("the environment is made from the newest Python without a network, and shown while it is made", async () => {
  const { duties, calls, said, home } = await maker();
  const python = await bundledPython(duties);
  assert.ok(python.startsWith(home));
  assert.deepEqual(calls[0]?.slice(0, 5), [PYTHON.executable, "-I", "-m", "venv", "--without-pip"]);
  assert.ok(calls[1]?.includes("--no-index"));
  assert.ok(calls.every((call) => call[1] === "-I"));
  assert.deepEqual(said, ["Python 3.12 environment", "the server"]);
  assert.ok(existsSync(path.join(home, "made.json")));
});

test("it is made once", async () => {
  const { duties, calls } = await maker();
  await bundledPython(duties);
  calls.length = 0;
  await bundledPython(duties);
  assert.deepEqual(calls, []);
});

test("it is made again when its Python is gone", async () => {
  const { duties, calls, base } = await maker();
  await bundledPython(duties);
  renameSync(base, `${base}-gone`);
  calls.length = 0;
  await assert.rejects(bundledPython(duties), /ENOENT/);
  assert.ok(calls.some((call) => call.includes("venv")));
});

test("what fails half-way leaves nothing, and says what pip said", async () => {
  const { duties, home } = await maker((args) => (args.includes("install") ? { code: 1, stderr: "no space left" } : {}));
  await assert.rejects(bundledPython(duties), /could not install the server .*no space left/);
  assert.equal(existsSync(home), false);
  assert.deepEqual(readdirSync(duties.storage), []);
});

test("when another window was faster, its environment is used", async () => {
  const { duties, home, base } = await maker((args) => {
    if (args.includes("install")) {
      mkdirSync(home, { recursive: true });
      makeVenv(home, base);
      writeFileSync(path.join(home, "made.json"), JSON.stringify({ base }));
    }
    return {};
  });
  assert.ok((await bundledPython(duties)).startsWith(home));
  assert.deepEqual(readdirSync(duties.storage), ["1.0-abc"]);
});

test("without a suitable Python the error tells which were found", async () => {
  const { duties } = await maker();
  const old = { ...PYTHON, version: [3, 8] as const };
  await assert.rejects(bundledPython({ ...duties, pythons: async () => [old] }), (error: unknown) => {
    assert.ok(error instanceof NoPythonError);
    assert.deepEqual([error.oldest, error.found], ["3.10", [old]]);
    return true;
  });
});

test("environments of other versions stay for a month", async () => {
  const { duties } = await maker();
  for (const [name, days] of [["0.8-old", 31], ["0.9-recent", 29]] as const) {
    const home = path.join(duties.storage, name);
    mkdirSync(home, { recursive: true });
    writeFileSync(path.join(home, "made.json"), "{}");
    const used = new Date(Date.now() - days * 24 * 60 * 60 * 1000);
    utimesSync(path.join(home, "made.json"), used, used);
  }
  await bundledPython(duties);
  assert.deepEqual(readdirSync(duties.storage).sort(), ["0.9-recent", "1.0-abc"]);
});
