/** Running programs, without a shell. */

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";

const PATIENCE = 15_000;

/**
 * Runs `command`, an absolute path, for at most `patience` milliseconds, and returns what it prints.
 *
 * Throws an Error with what it wrote to its standard error when it fails, or with why it could not be started.
 */
export function run(command: string, args: readonly string[], patience = PATIENCE): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, args, { timeout: patience, windowsHide: true }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout.trim());
      else reject(new Error(stderr.trim() || error.message));
    });
  });
}

/** Starts `command` in a directory, and returns it while it runs; throws an Error when it cannot be started. */
export async function started(command: string, args: readonly string[], cwd: string): Promise<ChildProcess> {
  const child = spawn(command, args, { cwd, windowsHide: true });
  await once(child, "spawn");
  return child;
}
