import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { answered, PATIENCE } from "../src/answered";

const NEVER = new Promise<void>(() => undefined);
const { signal } = new AbortController();

test("a command that does not answer in time is told, and what it may be", async (context: TestContext) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const waiting = assert.rejects(answered(NEVER, "/bin/cat", signal), {
    message: "/bin/cat has not answered for 60 seconds. Is it a prodready command?",
  });
  let isOver = false;
  void waiting.then(() => (isOver = true));
  context.mock.timers.tick(PATIENCE - 1);
  await new Promise(setImmediate);
  assert.equal(isOver, false);
  context.mock.timers.tick(1);
  await waiting;
});

test("one that nobody wants any more is not waited for", async () => {
  const wanted = new AbortController();
  const waiting = assert.rejects(answered(NEVER, "/bin/cat", wanted.signal));
  wanted.abort();
  await waiting;
});

test("an answer, and why there is none, are handed on", async () => {
  await answered(Promise.resolve(), "/bin/prodready", signal);
  await assert.rejects(answered(Promise.reject(new Error("no such file")), "/bin/gone", signal), { message: "no such file" });
});
