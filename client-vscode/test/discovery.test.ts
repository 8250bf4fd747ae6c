import assert from "node:assert/strict";
import { test } from "node:test";
import { findServer, type Surroundings } from "../src/discovery";
import type { Settings } from "../src/settings";

const DEFAULTS: Settings = { path: "", interpreter: "", importStrategy: "fromEnvironment", logLevel: "warning" };
const ARGUMENTS = ["-I", "-X", "utf8", "-m", "prodready", "server", "--log-level", "warning"];

interface Given {
  settings?: Partial<Settings>;
  isTrusted?: boolean;
  active?: string;
  /** The interpreters that have a server. */
  servers?: string[];
  files?: string[];
}

async function find(given: Given) {
  const asked: string[] = [];
  const surroundings: Surroundings = {
    settings: { ...DEFAULTS, ...given.settings },
    isTrusted: given.isTrusted ?? true,
    isFile: (file) => (given.files ?? ["/chosen/python", "/bin/prodready"]).includes(file),
    activeInterpreter: async () => given.active,
    hasServer: async (python) => {
      asked.push(python);
      return (given.servers ?? []).includes(python);
    },
    bundled: async () => "/bundled/python",
    log: () => undefined,
  };
  return { ...(await findServer(surroundings)), asked };
}

test("the path of the settings comes first, and is run as it is", async () => {
  const found = await find({ settings: { path: "/bin/prodready", interpreter: "/chosen/python" }, servers: ["/chosen/python"] });
  assert.equal(found.command, "/bin/prodready");
  assert.deepEqual(found.args, ["server", "--log-level", "warning"]);
});

test("a path that does not exist is told, and nothing else is run in its place", async () => {
  await assert.rejects(find({ settings: { path: "/gone" } }), /prodready\.path is \/gone, but there is no such file/);
});

test("an interpreter that does not exist is told", async () => {
  await assert.rejects(find({ settings: { interpreter: "/gone" } }), /prodready\.interpreter is \/gone/);
});

test("the chosen interpreter is used if it has a server, before that of the Python extension", async () => {
  const found = await find({ settings: { interpreter: "/chosen/python" }, active: "/venv/python", servers: ["/chosen/python", "/venv/python"] });
  assert.equal(found.command, "/chosen/python");
  assert.deepEqual(found.args, ARGUMENTS);
});

test("the interpreter of the Python extension is used if it has a server", async () => {
  const found = await find({ active: "/venv/python", servers: ["/venv/python"] });
  assert.equal(found.command, "/venv/python");
});

test("without a server in the environment the bundled one is used", async () => {
  for (const active of ["/venv/python", undefined]) {
    const found = await find({ ...(active === undefined ? {} : { active }) });
    assert.equal(found.command, "/bundled/python");
    assert.deepEqual(found.args, ARGUMENTS);
  }
});

test("useBundled asks no interpreter at all", async () => {
  const found = await find({ settings: { importStrategy: "useBundled" }, active: "/venv/python", servers: ["/venv/python"] });
  assert.equal(found.command, "/bundled/python");
  assert.deepEqual(found.asked, []);
});

test("in a workspace that is not trusted the interpreter of its environment is never run", async () => {
  const found = await find({ isTrusted: false, active: "/workspace/.venv/bin/python", servers: ["/workspace/.venv/bin/python"] });
  assert.equal(found.command, "/bundled/python");
  assert.deepEqual(found.asked, []);
});

test("the log level is handed over", async () => {
  const found = await find({ settings: { logLevel: "debug" } });
  assert.deepEqual(found.args.slice(-2), ["--log-level", "debug"]);
});
