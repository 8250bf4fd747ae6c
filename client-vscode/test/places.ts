/** Directories and programs for tests, which are gone when a test ends. */

import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach } from "node:test";

const made: string[] = [];
afterEach(() => made.splice(0).forEach((directory) => rmSync(directory, { recursive: true })));

export function directory(): string {
  made.push(realpathSync(mkdtempSync(path.join(tmpdir(), "prodready-client-"))));
  return made.at(-1)!;
}

/** Makes something that can be run; returns its path. */
export function program(file: string, ...lines: string[]): string {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, ["#!/bin/sh", ...lines, ""].join("\n"));
  chmodSync(file, 0o755);
  return file;
}
