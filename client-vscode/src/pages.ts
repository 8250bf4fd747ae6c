/** Read-only documents that the server writes: the page of a rule, and the settings that count for a file. */

import * as vscode from "vscode";

export const SCHEME = "prodready";

/** Keeps the texts of the documents that are shown. */
export class Pages implements vscode.TextDocumentContentProvider {
  readonly #changes = new vscode.EventEmitter<vscode.Uri>();
  readonly #texts = new Map<string, string>();
  readonly onDidChange = this.#changes.event;

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.#texts.get(uri.toString()) ?? "This page is made anew by the command that opened it.";
  }

  /** Shows Markdown as it is meant to be read, beside the code; as text where nothing can render it. */
  async showMarkdown(name: string, text: string): Promise<void> {
    const uri = this.#put(`${name}.md`, text);
    try {
      await vscode.commands.executeCommand("markdown.showPreviewToSide", uri);
    } catch {
      await vscode.window.showTextDocument(uri, { viewColumn: vscode.ViewColumn.Beside, preview: true });
    }
  }

  /** Shows a text in a language, beside the code. */
  async showText(name: string, text: string, language: string): Promise<void> {
    const document = await vscode.workspace.openTextDocument(this.#put(name, text));
    await vscode.languages.setTextDocumentLanguage(document, language);
    await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside, preview: true });
  }

  #put(name: string, text: string): vscode.Uri {
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${name}` });
    this.#texts.set(uri.toString(), text);
    this.#changes.fire(uri);
    return uri;
  }
}
