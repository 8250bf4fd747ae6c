import assert from "node:assert/strict";
import { once } from "node:events";
import path from "node:path";
import { test } from "node:test";
import { started } from "../src/process";
import { directory, program } from "./places";

test("a program that is started runs in its directory, with its input and output", async () => {
  const home = directory();
  const child = await started(program(path.join(home, "server"), "read line", 'echo "$1 $line $PWD"'), ["said:"], home);
  child.stdin?.end("hello\n");
  const [said] = await once(child.stdout!, "data");
  assert.equal(String(said), `said: hello ${home}\n`);
});

test("a program that cannot be started is an error that names it", async () => {
  const missing = path.join(directory(), "server");
  await assert.rejects(started(missing, [], "/"), { message: `spawn ${missing} ENOENT` });
});
