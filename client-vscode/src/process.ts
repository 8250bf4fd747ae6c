/** Running a program to its end, without a shell. */

import { execFile } from "node:child_process";

export interface Outcome {
  /** The exit code; -1 when the program could not be started, took too long, or was ended by a signal. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export type Run = (command: string, args: readonly string[], patience?: number) => Promise<Outcome>;

const PATIENCE = 15_000;
const LARGEST_OUTPUT = 8 << 20;

/** Runs `command`, an absolute path. Whatever goes wrong is in the outcome; `patience` is in milliseconds. */
export const run: Run = (command, args, patience = PATIENCE) =>
  new Promise((resolve) => {
    const options = { timeout: patience, windowsHide: true, maxBuffer: LARGEST_OUTPUT };
    execFile(command, [...args], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      resolve({ code, stdout, stderr: code === -1 ? stderr || String(error?.message) : stderr });
    });
  });
