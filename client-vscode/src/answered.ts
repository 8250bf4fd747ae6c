/** Waiting for a server that starts: it may be none, and never answer. */

/** Milliseconds: on a busy machine, with a guard that looks at every file that Python reads, a start takes its time. */
export const PATIENCE = 60_000;

/** Returns what `start` does; throws an Error when `command` does not answer in time or is `unwanted` before. */
export async function answered(start: Promise<void>, command: string, unwanted: AbortSignal): Promise<void> {
  const silence = new Error(`${command} has not answered for ${PATIENCE / 1000} seconds. Is it a prodready command?`);
  let late: NodeJS.Timeout | undefined;
  const given = new Promise<never>((_, reject) => {
    late = setTimeout(reject, PATIENCE, silence);
    unwanted.addEventListener("abort", () => reject(silence));
  });
  try {
    await Promise.race([start, given]);
  } finally {
    clearTimeout(late);
  }
}
