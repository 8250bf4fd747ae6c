/** Read-only documents that the server writes: the page of a rule, and the settings that count for a file. */

import * as vscode from "vscode";

export const SCHEME = "prodready";
const BESIDE = { viewColumn: vscode.ViewColumn.Beside, preview: true };

/** Keeps the texts of the documents that are shown. */
export class Pages implements vscode.TextDocumentContentProvider {
  readonly #changes = new vscode.EventEmitter<vscode.Uri>();
  readonly #texts = new Map<string, string>();
  readonly onDidChange = this.#changes.event;

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.#texts.get(uri.path) ?? "This page is made anew by the command that opened it.";
  }

  /** Shows Markdown as it is meant to be read, beside the code; as text where nothing can render it. */
  async showMarkdown(name: string, text: string): Promise<void> {
    const uri = this.#put(name, text);
    const rendered = vscode.commands.executeCommand("markdown.showPreviewToSide", uri);
    await rendered.then(undefined, () => vscode.window.showTextDocument(uri, BESIDE));
  }

  /** Shows a text beside the code, in the language that its name tells. */
  async showText(name: string, text: string): Promise<void> {
    await vscode.window.showTextDocument(this.#put(name, text), BESIDE);
  }

  #put(name: string, text: string): vscode.Uri {
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${name}` });
    this.#texts.set(uri.path, text);
    this.#changes.fire(uri);
    return uri;
  }
}
