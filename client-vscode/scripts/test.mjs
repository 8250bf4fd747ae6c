/** Bundles the unit tests and runs them with node's own runner; arguments go to the runner. */

import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { build } from "esbuild";

const out = mkdtempSync(path.join(tmpdir(), "prodready-tests-"));
try {
  const tests = readdirSync("client-vscode/test").filter((name) => name.endsWith(".test.ts")).map((name) => `client-vscode/test/${name}`);
  const alias = { vscode: "./client-vscode/test/vscode.ts" };
  await build({ entryPoints: tests, outdir: out, outExtension: { ".js": ".mjs" }, bundle: true, platform: "node", format: "esm", alias });
  const files = readdirSync(out).map((name) => path.join(out, name));
  process.exitCode = spawnSync(process.execPath, ["--test", "--test-reporter=spec", ...process.argv.slice(2), ...files], { stdio: "inherit" }).status ?? 1;
} finally {
  rmSync(out, { recursive: true, force: true });
}
