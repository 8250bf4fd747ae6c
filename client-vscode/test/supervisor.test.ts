import assert from "node:assert/strict";
import { test } from "node:test";
import { CALM, CrashesError, MOST_CRASHES, type State, Supervisor } from "../src/supervisor";

interface Server {
  crash: (lastWords?: string) => void;
  ready: () => void;
  fail: (why: string) => void;
  stop: () => Promise<void>;
  stopped: boolean;
  unwanted: AbortSignal;
}

/** A supervisor of servers that start when `ready` is called, with all that it told. */
function supervised() {
  const told: State[] = [];
  const errors: Error[] = [];
  const servers: Server[] = [];
  const waiting: (() => void)[] = [];
  const supervisor = new Supervisor<Server>(
    (crashed, unwanted) =>
      new Promise((resolve, reject) => {
        const server: Server = {
          crash: (lastWords = "") => crashed(lastWords),
          ready: () => resolve(server),
          stop: async () => void (server.stopped = true),
          fail: (why: string) => reject(new Error(why)),
          unwanted,
          stopped: false,
        };
        servers.push(server);
        waiting.splice(0).forEach((wake) => wake());
      }),
    (state, error) => {
      told.push(state);
      if (error !== undefined) errors.push(error);
    },
  );
  /** Waits until the server with this number (from 1) starts. */
  const started = async (number: number) => {
    while (servers.length < number) await new Promise<void>((resolve) => waiting.push(resolve));
    return servers[number - 1]!;
  };
  return { supervisor, told, errors, servers, started };
}

async function running(): Promise<ReturnType<typeof supervised>> {
  const all = supervised();
  const start = all.supervisor.restart();
  (await all.started(1)).ready();
  await start;
  return all;
}

test("a server that starts is told to run", async () => {
  const { told, servers } = await running();
  assert.deepEqual(told, ["starting", "running"]);
  assert.equal(servers.length, 1);
});

test("restarts of one moment lead to one start", async () => {
  const { supervisor, servers, started } = supervised();
  const all = Promise.all([supervisor.restart(), supervisor.restart(), supervisor.restart()]);
  (await started(1)).ready();
  await all;
  assert.equal(servers.length, 1);
});

test("restarts that come while one is under way lead to one more", async () => {
  const { supervisor, servers, started } = supervised();
  const first = supervisor.restart();
  const server = await started(1);
  const others = Promise.all([supervisor.restart(), supervisor.restart()]);
  server.ready();
  (await started(2)).ready();
  await Promise.all([first, others]);
  assert.equal(servers.length, 2);
  assert.equal(servers[0]!.stopped, true);
});

test("a server that crashes is started again by itself", async () => {
  const { servers, started, told } = await running();
  servers[0]!.crash();
  (await started(2)).ready();
  assert.equal(servers[0]!.stopped, false, "what has ended is not stopped");
  assert.deepEqual(told.slice(0, 3), ["starting", "running", "starting"]);
});

test("the third crash in a row ends it, with the server's last words", async () => {
  const { servers, started, errors, told } = await running();
  for (let number = 1; number < MOST_CRASHES; number++) {
    servers[number - 1]!.crash();
    (await started(number + 1)).ready();
    await new Promise(setImmediate);
  }
  servers.at(-1)!.crash("ImportError: no attr");
  await new Promise(setImmediate);
  assert.equal(servers.length, MOST_CRASHES);
  assert.equal(told.at(-1), "failed");
  assert.ok(errors[0] instanceof CrashesError);
  assert.equal(errors[0].message, "the server ended 3 times in a row, at last with: ImportError: no attr");
});

test("crashes count anew after a calm time", async (context) => {
  context.mock.timers.enable({ apis: ["Date"] });
  const { servers, started, errors } = await running();
  for (let number = 1; number <= MOST_CRASHES; number++) {
    context.mock.timers.tick(CALM + 1);
    servers[number - 1]!.crash();
    (await started(number + 1)).ready();
    await new Promise(setImmediate);
  }
  assert.deepEqual(errors, []);
});

test("a restart by the user makes crashes count anew", async () => {
  const { supervisor, servers, started, errors } = await running();
  for (let number = 1; number <= MOST_CRASHES; number++) {
    servers.at(-1)!.crash();
    (await started(2 * number)).ready();
    await new Promise(setImmediate);
    const restart = supervisor.restart();
    (await started(2 * number + 1)).ready();
    await restart;
  }
  assert.deepEqual(errors, []);
});

test("a crash while it starts counts once, and is not told as a failure", async () => {
  const { supervisor, errors, started } = supervised();
  const start = supervisor.restart();
  const first = await started(1);
  first.crash();
  first.fail("connection closed");
  (await started(2)).ready();
  await start;
  assert.deepEqual(errors, []);
});

test("a server that cannot be started is told, and not tried again", async () => {
  const { supervisor, errors, servers, started, told } = supervised();
  const start = supervisor.restart();
  (await started(1)).fail("there is no Python");
  await start;
  assert.deepEqual(told, ["starting", "failed"]);
  assert.equal(errors[0]?.message, "there is no Python");
  assert.equal(servers.length, 1);
});

test("a server that ends because it could not be started is not tried again either", async () => {
  const { supervisor, errors, servers, started } = supervised();
  const start = supervisor.restart();
  (await started(1)).fail("it does not speak our language");
  await start;
  servers[0]!.crash();
  await supervisor.ready();
  assert.equal(servers.length, 1);
  assert.equal(errors.length, 1);
});

test("the crash of a server that was replaced is none of ours", async () => {
  const { supervisor, servers, started, told } = await running();
  const restart = supervisor.restart();
  (await started(2)).ready();
  await restart;
  servers[0]!.crash();
  assert.equal(servers.length, 2);
  assert.equal(told.at(-1), "running");
});

test("stopping ends what runs, and what only starts", async () => {
  const { supervisor, servers, told } = await running();
  await supervisor.stop();
  assert.equal(servers[0]!.stopped, true);
  assert.equal(told.at(-1), "stopped");
});

test("a start that nobody waits for any more is told so, and its end is no failure", async () => {
  const { supervisor, errors, servers, started, told } = supervised();
  void supervisor.restart();
  const silent = await started(1);
  silent.unwanted.onabort = () => silent.fail("it has not answered");
  const again = supervisor.restart();
  silent.crash(); // its program is ended
  (await started(2)).ready();
  await again;
  assert.deepEqual(told, ["starting", "starting", "running"]);
  assert.deepEqual(errors, []);
  assert.equal(servers.length, 2);
});

test("stopping does not wait for a server that does not start", async () => {
  const { supervisor, errors, started, told } = supervised();
  void supervisor.restart();
  const silent = await started(1);
  silent.unwanted.onabort = () => silent.fail("it has not answered");
  await supervisor.stop();
  assert.deepEqual(told, ["starting", "stopped"]);
  assert.deepEqual(errors, []);
});

test("whoever needs a server waits while it starts", async () => {
  const { supervisor, started } = supervised();
  void supervisor.restart();
  const ready = supervisor.ready();
  const server = await started(1);
  server.ready();
  assert.equal(await ready, server);
  assert.equal(await supervisor.ready(), server);
});

test("whoever needs a server is told when there is none", async () => {
  const { supervisor, started, servers } = supervised();
  void supervisor.restart();
  (await started(1)).fail("there is no Python");
  assert.equal(await supervisor.ready(), undefined);
  assert.equal(servers.length, 1);
});
