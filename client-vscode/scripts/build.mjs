/** Bundles the extension into one file. */

import { build } from "esbuild";

await build({
  entryPoints: ["client-vscode/src/extension.ts"],
  outfile: "dist/extension.js",
  bundle: true,
  minify: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  external: ["vscode"],
  legalComments: "none",
});
