import assert from "node:assert/strict";
import { test } from "node:test";
import type { Run } from "../src/process";
import { ask, candidates, type Machine, type Python, suitable } from "../src/pythons";

/** A machine with these files, and with links to files. */
function machine(platform: NodeJS.Platform, env: Record<string, string>, files: string[], links: Record<string, string> = {}): Machine {
  const separator = platform === "win32" ? "\\" : "/";
  const names = (directory: string) => {
    const below = [...files, ...Object.keys(links)].filter((file) => file.startsWith(directory.replace(/[/\\]?$/, separator)));
    return [...new Set(below.map((file) => file.slice(directory.replace(/[/\\]?$/, separator).length).split(separator)[0]!))];
  };
  const realFile = (file: string) => (file in links ? links[file] : files.find((each) => each === file));
  return { platform, env, home: platform === "win32" ? "C:\\Users\\me" : "/home/me", names, realFile };
}

const answering = (stdout: string, code = 0): Run => async () => ({ code, stdout, stderr: "" });
const python = (minor: number, hasVenv = true): Python => ({ executable: `/usr/bin/python3.${minor}`, version: [3, minor], hasVenv });

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
  assert.deepEqual(found, ["/bin/python3"]);
});

test("relative places of the path, and whatever lies in the workspace, are passed over", () => {
  const files = ["/work/shop/.venv/bin/python3", "./python3", "/work/shopping/bin/python3"];
  const found = candidates(machine("linux", { PATH: ".:/work/shop/.venv/bin:/work/shopping/bin" }, files), ["/work/shop"]);
  assert.deepEqual(found, ["/work/shopping/bin/python3"]);
});

test("on Windows, the usual places of installations are looked at", () => {
  const files = ["C:\\Users\\me\\Local\\Programs\\Python\\Python312\\python.exe", "C:\\tools\\python.exe"];
  const env = { Path: "C:\\tools", LOCALAPPDATA: "C:\\Users\\me\\Local" };
  assert.deepEqual(candidates(machine("win32", env, files), []).sort(), files.sort());
});

test("an interpreter is asked in isolation, and one that cannot be used is none", async () => {
  const good = JSON.stringify({ version: [3, 12], hasVenv: true, usable: true });
  const calls: (readonly string[])[] = [];
  const run: Run = async (_, args) => {
    calls.push(args);
    return { code: 0, stdout: good, stderr: "" };
  };
  assert.deepEqual(await ask("/usr/bin/python3.12", run), python(12));
  assert.equal(calls[0]?.[0], "-I");
  assert.equal(await ask("/x", answering(good, 1)), undefined);
  assert.equal(await ask("/x", answering("no Python was found")), undefined);
  assert.equal(await ask("/x", answering(JSON.stringify({ version: [3, 12], hasVenv: true, usable: false }))), undefined);
});

test("the newest that the server runs on is taken first", () => {
  const supported = ["3.10", "3.11", "3.12", "3.13", "3.14"];
  const all = [python(9), python(11), python(15), python(13), python(14, false)];
  assert.deepEqual(suitable(all, supported).map((each) => each.version[1]), [13, 11]);
});
