/**
 * Writes dist/prodready-<version>.vsix for this platform, or with `--target T` dist/prodready-<version>-<T>.vsix for another.
 *
 * The extension holds the client, and the wheels of the server and of all that it needs on the target.
 */

import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { parseArgs } from "node:util";

const { values } = parseArgs({ options: { target: { type: "string" } } });
rmSync("dist/wheels", { recursive: true, force: true });
const python = process.env.PYTHON ?? (process.platform === "win32" ? "python" : "python3");
const wanted = values.target === undefined ? [] : ["--target", values.target];
must(python, "scripts/dev.py", "wheels", ...wanted, "--output", "dist/wheels");
const { target } = JSON.parse(readFileSync("dist/wheels/bundle.json", "utf8"));
const { version } = JSON.parse(readFileSync("package.json", "utf8"));
const vsix = `dist/prodready-${[version, ...wanted.slice(1)].join("-")}.vsix`;

// vsce runs the script `vscode:prepublish`, which checks the types and bundles the client.
const options = ["--no-dependencies", "--allow-missing-repository", "--no-rewrite-relative-links", "--skip-license"];
must(process.execPath, "node_modules/@vscode/vsce/vsce", "package", "--target", target, "--out", vsix, ...options);

function must(command, ...args) {
  const { status, error } = spawnSync(command, args, { stdio: "inherit" });
  if (error !== undefined) throw error;
  if (status !== 0) process.exit(status ?? 1);
}
