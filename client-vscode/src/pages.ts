/** Read-only documents that the server writes: the page of a rule, and the settings that count for a file. */

import * as vscode from "vscode";

const SCHEME = "prodready";
const changes = new vscode.EventEmitter<vscode.Uri>();
const texts = new Map<string, string>();

export function registerPages(): vscode.Disposable {
  const gone = "This page is made anew by the command that opened it.";
  return vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
    onDidChange: changes.event,
    provideTextDocumentContent: ({ path }) => texts.get(path) ?? gone,
  });
}

/** Shows a text beside the code: Markdown as it is meant to be read, where something can render it. */
export async function showPage(name: string, text: string): Promise<void> {
  const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${name}` });
  texts.set(uri.path, text);
  changes.fire(uri);
  const asText = () => vscode.window.showTextDocument(uri, { viewColumn: vscode.ViewColumn.Beside, preview: true });
  if (!name.endsWith(".md")) await asText();
  else await vscode.commands.executeCommand("markdown.showPreviewToSide", uri).then(undefined, asText);
}
