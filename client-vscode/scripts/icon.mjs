/** Draws client-vscode/media/icon.png from icon.svg, with Chromium (its path may be given as the argument). */

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const media = path.join(path.dirname(fileURLToPath(import.meta.url)), "..", "media");
const profile = mkdtempSync(path.join(tmpdir(), "prodready-icon-"));
try {
  execFileSync(process.argv[2] ?? "chromium", [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--hide-scrollbars",
    "--default-background-color=00000000",
    "--window-size=256,256",
    `--user-data-dir=${profile}`,
    `--screenshot=${path.join(media, "icon.png")}`,
    `file://${path.join(media, "icon.svg")}`,
  ]);
} finally {
  rmSync(profile, { recursive: true, force: true });
}
