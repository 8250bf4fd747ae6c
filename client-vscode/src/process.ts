/** Running a program to its end, without a shell. */

import { execFile } from "node:child_process";

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
