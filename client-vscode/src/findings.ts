/** What findings are known by, and where they are looked for. */

import type { Diagnostic } from "vscode";

export const SOURCE = "prodready";

/** Not the old side of a comparison, or a terminal's output: only what somebody may be editing. */
export const DOCUMENTS = ["file", "untitled", "vscode-notebook-cell", "vscode-vfs", "vsls"].map((scheme) => ({
  language: "python",
  scheme,
}));

export function codeOf({ code }: Diagnostic): string {
  return String(typeof code === "object" ? code.value : (code ?? ""));
}
