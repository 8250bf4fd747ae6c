/** One server at a time: starts it, restarts it when it crashes, and gives up when that does not help. */

/** A server that runs; `stop` never fails. */
export interface Running {
  stop(): Promise<void>;
}

export type State = "starting" | "running" | "stopped" | "failed";

/** What the supervisor works with. `start` resolves when the server is ready, and calls `crashed` when it ends. */
export interface Duties {
  readonly start: (crashed: (lastWords: string) => void) => Promise<Running>;
  readonly changed: (state: State, error?: Error) => void;
  readonly now: () => number;
}

/** Ended `times` times in a row; `lastWords` are what the server said at the end, if it said anything. */
export class CrashesError extends Error {
  constructor(
    readonly times: number,
    lastWords: string,
  ) {
    super(`the server ended ${times} times in a row${lastWords === "" ? "" : `, at last with: ${lastWords}`}`);
  }
}

export const MOST_CRASHES = 3;
/** Milliseconds that a server has to run for its crash to count as a new trouble. */
export const CALM = 180_000;

export class Supervisor {
  #running: Running | undefined;
  #generation = 0;
  #crashes = 0;
  #startedAt = 0;
  /** What was begun and what waits behind it, one after the other. */
  #work = Promise.resolve();
  /** The start that waits, if any. */
  #next: Promise<void> | undefined;

  constructor(private readonly duties: Duties) {}

  /** Starts the server, anew if it runs. Calls that come while one is under way lead to one more restart in all. */
  restart(): Promise<void> {
    this.#crashes = 0;
    return this.#again();
  }

  /** Ends the server, once nothing is under way any more. */
  async stop(): Promise<void> {
    await this.settled();
    await this.#end();
    this.duties.changed("stopped");
  }

  /** Resolves when no start is under way (any more). */
  async settled(): Promise<void> {
    for (let work; work !== this.#work; await work) work = this.#work;
  }

  #again(): Promise<void> {
    if (this.#next === undefined) {
      this.#next = this.#work = this.#work.then(() => {
        this.#next = undefined;
        return this.#begin();
      });
    }
    return this.#next;
  }

  async #begin(): Promise<void> {
    await this.#end();
    const generation = ++this.#generation;
    this.#startedAt = this.duties.now();
    this.duties.changed("starting");
    try {
      const running = await this.duties.start((lastWords) => this.#crashed(generation, lastWords));
      if (generation !== this.#generation) return await running.stop();
      this.#running = running;
      this.duties.changed("running");
    } catch (error) {
      // A server that ended while it started has called `crashed`, which decides what comes next.
      if (generation === this.#generation) this.duties.changed("failed", error as Error);
    }
  }

  async #end(): Promise<void> {
    this.#generation++;
    const running = this.#running;
    this.#running = undefined;
    await running?.stop();
  }

  #crashed(generation: number, lastWords: string): void {
    if (generation !== this.#generation) return;
    this.#generation++;
    this.#running = undefined;
    if (this.duties.now() - this.#startedAt > CALM) this.#crashes = 0;
    if (++this.#crashes < MOST_CRASHES) void this.#again();
    else this.duties.changed("failed", new CrashesError(this.#crashes, lastWords));
  }
}
