/** One server at a time: starts it, restarts it when it crashes, and gives up when that does not help. */

/** A server that runs. */
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
  #isWanted = false;
  #cycle: Promise<void> | undefined;

  constructor(private readonly duties: Duties) {}

  /** Starts the server, anew if it runs. Calls that come while one is under way lead to one more restart in all. */
  restart(): Promise<void> {
    this.#crashes = 0;
    return this.#again();
  }

  /** Ends the server, and whatever is under way. */
  async stop(): Promise<void> {
    this.#isWanted = false;
    await this.#cycle;
    await this.#end();
    this.duties.changed("stopped");
  }

  /** Resolves when no start is under way (any more). */
  async settled(): Promise<void> {
    await this.#cycle;
  }

  #again(): Promise<void> {
    this.#isWanted = true;
    this.#cycle ??= this.#run().finally(() => {
      this.#cycle = undefined;
    });
    return this.#cycle;
  }

  async #run(): Promise<void> {
    await Promise.resolve(); // whoever else asks in this moment is served by the same start
    while (this.#isWanted) {
      this.#isWanted = false;
      await this.#end();
      await this.#begin();
    }
  }

  async #begin(): Promise<void> {
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
      if (generation === this.#generation) this.duties.changed("failed", asError(error));
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
    if (++this.#crashes < MOST_CRASHES) {
      void this.#again();
    } else {
      this.duties.changed("failed", new CrashesError(this.#crashes, lastWords));
    }
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
