/** One server at a time: starts it, restarts it when it crashes, and gives up when that does not help. */

export type State = "starting" | "running" | "stopped" | "failed";

/** The server ended too often; the message has its last words, if there were any. */
export class CrashesError extends Error {}

export const MOST_CRASHES = 3;
/** Milliseconds that a server has to run for its crash to count as a new trouble. */
export const CALM = 180_000;

export class Supervisor<Server extends { stop(): Promise<void> }> {
  #running: Server | undefined;
  #crashes = 0;
  /** What was begun and what waits behind it, one after the other. */
  #work = Promise.resolve();
  #isWaiting = false;
  #attempt = new AbortController();

  /**
   * `start` resolves when a server is ready, and calls `crashed` with its last words when it ends by itself. It may
   * reject when the signal says that nobody waits any more.
   */
  constructor(
    private readonly start: (crashed: (lastWords: string) => void, unwanted: AbortSignal) => Promise<Server>,
    private readonly changed: (state: State, error?: Error) => void,
  ) {}

  /** Starts the server, anew if it runs. Calls that come while one is under way lead to one more restart in all. */
  restart(): Promise<void> {
    this.#crashes = 0;
    return this.#again();
  }

  /** Ends the server, once nothing is under way any more. */
  async stop(): Promise<void> {
    this.#attempt.abort();
    await this.ready();
    await this.#end();
    this.changed("stopped");
  }

  /** Returns the server that runs, waiting for one that starts; undefined when none does. */
  async ready(): Promise<Server | undefined> {
    for (let work; work !== this.#work; await work) work = this.#work;
    return this.#running;
  }

  #again(): Promise<void> {
    this.#attempt.abort();
    if (!this.#isWaiting) {
      this.#isWaiting = true;
      this.#work = this.#work.then(() => this.#begin());
    }
    return this.#work;
  }

  async #begin(): Promise<void> {
    this.#isWaiting = false;
    await this.#end();
    this.changed("starting");
    const begin = Date.now();
    const unwanted = (this.#attempt = new AbortController()).signal;
    let server: Server | undefined;
    let isGone = false;
    const crashed = (lastWords: string) => {
      if (isGone || server !== this.#running) return; // another has taken its place
      isGone = true;
      this.#running = undefined;
      this.#crashed(Date.now() - begin, lastWords);
    };
    try {
      server = await this.start(crashed, unwanted);
      if (isGone) return;
      this.#running = server;
      this.changed("running");
    } catch (error) {
      if (isGone) return; // it ended while it started, and `crashed` has decided what comes next
      isGone = true;
      if (!unwanted.aborted) this.changed("failed", error as Error);
    }
  }

  async #end(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await running?.stop();
  }

  #crashed(age: number, lastWords: string): void {
    this.#crashes = age > CALM ? 1 : this.#crashes + 1;
    if (this.#crashes < MOST_CRASHES) return void this.#again();
    const last = lastWords === "" ? "" : `, at last with: ${lastWords}`;
    this.changed("failed", new CrashesError(`the server ended ${this.#crashes} times in a row${last}`));
  }
}
