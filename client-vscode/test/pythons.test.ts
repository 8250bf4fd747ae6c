import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { candidates, newest, NoPythonError, THIS_MACHINE } from "../src/pythons";
import { directory, program } from "./places";

/** A machine with these files, and with links to files. */
function machine(platform: NodeJS.Platform, env: Record<string, string>, files: string[], links: Record<string, string> = {}): typeof THIS_MACHINE {
  const separator = platform === "win32" ? "\\" : "/";
  const names = (directory: string) => {
    const below = [...files, ...Object.keys(links)].filter((file) => file.startsWith(directory.replace(/[/\\]?$/, separator)));
    return [...new Set(below.map((file) => file.slice(directory.replace(/[/\\]?$/, separator).length).split(separator)[0]!))];
  };
  const real = (file: string) => (file in links ? links[file] : files.find((each) => each === file));
  return { platform, env, home: platform === "win32" ? "C:\\Users\\me" : "/home/me", names, real };
}

test("interpreters are found on the path and where managers put them, each once", () => {
  const files = ["/usr/bin/python3", "/usr/bin/python3.11", "/usr/bin/python3-config", "/home/me/.pyenv/versions/3.13.1/bin/python3.13"];
  assert.deepEqual(candidates(machine("linux", { PATH: "/usr/bin:/nowhere" }, files), []), [
    "/usr/bin/python3",
    "/usr/bin/python3.11",
    "/home/me/.pyenv/versions/3.13.1/bin/python3.13",
  ]);
});

test("an interpreter with several names is one, and where a name leads to counts", () => {
  const links = { "/bin/python3": "/usr/bin/python3.11", "/usr/bin/python3": "/usr/bin/python3.11", "/home/me/.local/bin/python3": "/work/shop/python3" };
  const found = candidates(machine("linux", { PATH: "/bin:/usr/bin" }, ["/usr/bin/python3.11"], links), ["/work/shop"]);
  assert.deepEqual(found, ["/usr/bin/python3.11"]);
});

test("relative places of the path, and whatever lies in the workspace, are passed over", () => {
  const files = ["/work/shop/.venv/bin/python3", "./python3", "/work/shopping/bin/python3"];
  const found = candidates(machine("linux", { PATH: ".:/work/shop/.venv/bin:/work/shopping/bin" }, files), ["/work/shop"]);
  assert.deepEqual(found, ["/work/shopping/bin/python3"]);
});

test("a workspace that is opened by another name is still a workspace", () => {
  const links = { "/home/me/shop": "/work/shop" };
  const found = candidates(machine("linux", { PATH: "/work/shop/bin" }, ["/work/shop/bin/python3"], links), ["/home/me/shop"]);
  assert.deepEqual(found, []);
});

test("on Windows, the usual places of installations are looked at", () => {
  const files = ["C:\\Users\\me\\Local\\Programs\\Python\\Python312\\python.exe", "C:\\tools\\python.exe"];
  const env = { Path: "C:\\tools", LOCALAPPDATA: "C:\\Users\\me\\Local" };
  assert.deepEqual(candidates(machine("win32", env, files), []).sort(), files.sort());
});

const SUPPORTED = ["3.10", "3.11", "3.12", "3.13", "3.14"];

/** Makes interpreters of these versions, each of which fails unless it is isolated. */
function pythons(...versions: string[]): string[] {
  const home = directory();
  const make = (version: string) => program(path.join(home, `python${version}`), `[ "$1" = -I ] && echo ${version}`);
  return versions.map(make);
}

test("the newest that the server runs on is taken", async () => {
  const all = pythons("3.9", "3.11", "3.15", "3.13", "3.12");
  assert.equal(await newest(all, SUPPORTED), all[3]);
});

test("what cannot be used or started is passed over", async () => {
  const [good] = pythons("3.10");
  const broken = program(path.join(directory(), "python3"), "echo 3.12", "exit 1");
  assert.equal(await newest([broken, "/gone/python3", good!], SUPPORTED), good);
});

test("without a suitable one the message tells which were found, and what to do", async () => {
  const all = pythons("3.8", "3.15");
  const found = `Found only ${all[0]} (3.8), ${all[1]} (3.15). Install one`;
  await assert.rejects(newest(all, SUPPORTED), (error: unknown) => {
    assert.ok(error instanceof NoPythonError);
    assert.ok(error.message.startsWith("prodready needs Python 3.10 to 3.14 with its venv module."));
    assert.ok(error.message.includes(found));
    return true;
  });
  await assert.rejects(newest([], SUPPORTED), /This machine seems to have none\. Install one/);
});

test("the interpreter of this machine answers the question", async () => {
  const real = candidates(THIS_MACHINE, []);
  assert.notDeepEqual(real, []);
  await assert.rejects(newest(real, ["2.7"]), /Found only \S+ \(3\.\d+\)/);
});
