/** The commands of the palette. */

import * as vscode from "vscode";
import { codeOf, SOURCE } from "./findings";
import type { Extension } from "./extension";
import { tell } from "./failures";
import { showPage } from "./pages";

const FIX_ALL = "source.fixAll.prodready";
const NOTHING_SAFE =
  "prodready: nothing in this file can be repaired without a look. The light bulb at each finding shows the fixes that change more.";

export function registerCommands(extension: Extension): vscode.Disposable[] {
  const commands: Record<string, (argument?: unknown) => unknown> = {
    restart: () => extension.restart(),
    showLog: () => extension.log.show(),
    fixFile: () => fixFile(extension),
    explainRule: (code) => explainRule(extension, code),
    showConfiguration: () => showConfiguration(extension),
    copyDebugInformation: () => copyDebugInformation(extension),
  };
  const registered = Object.entries(commands).map(([name, command]) =>
    vscode.commands.registerCommand(`prodready.${name}`, (argument?: unknown) => guarded(() => command(argument))),
  );
  return [...registered, vscode.window.onDidChangeActiveTextEditor(noteSeen)];
}

async function guarded(command: () => unknown): Promise<void> {
  try {
    await command();
  } catch (error) {
    await tell(`prodready: ${error instanceof Error ? error.message : String(error)}`, "Show Log");
  }
}

let lastSeen = vscode.window.activeTextEditor?.document;

function noteSeen(editor: vscode.TextEditor | undefined): void {
  if (editor?.document.languageId === "python") lastSeen = editor.document;
}

/** Returns the Python file that is seen; behind a page, as the walkthrough is one, the last, which is shown then. */
async function seenPython(): Promise<vscode.TextDocument> {
  const seen = vscode.window.activeTextEditor?.document;
  const document = seen ?? lastSeen;
  if (document?.languageId !== "python" || document.isClosed) throw new Error("open a Python file first");
  if (document !== seen) await vscode.window.showTextDocument(document);
  return document;
}

async function fixFile(extension: Extension): Promise<void> {
  const { uri, lineCount } = await seenPython();
  await extension.ready();
  const whole = new vscode.Range(0, 0, lineCount, 0);
  const asked = ["vscode.executeCodeActionProvider", uri, whole, FIX_ALL, 1] as const;
  const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(...asked);
  const edit = actions.find((action) => action.edit !== undefined)?.edit;
  if (edit === undefined) {
    void vscode.window.showInformationMessage(NOTHING_SAFE);
  } else if (!(await vscode.workspace.applyEdit(edit))) {
    throw new Error("the file has changed meanwhile; run the command again");
  }
}

async function explainRule(extension: Extension, code?: unknown): Promise<void> {
  const wanted = typeof code === "string" ? code : (codeAtCursor() ?? (await chooseRule(extension)));
  if (wanted === undefined) return;
  type Page = Record<"code" | "name" | "markdown", string>;
  const server = await extension.ready();
  const page = await server.sendRequest<Page>("prodready/ruleDocumentation", { code: wanted });
  await showPage(`${page.code} ${page.name}.md`, page.markdown);
}

function codeAtCursor(): string | undefined {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined) return undefined;
  const here = vscode.languages
    .getDiagnostics(editor.document.uri)
    .find(({ source, range }) => source === SOURCE && range.contains(editor.selection.active));
  return here && codeOf(here);
}

async function chooseRule(extension: Extension): Promise<string | undefined> {
  type Rule = Record<"code" | "name" | "summary", string>;
  const rules = extension.ready().then((server) => server.sendRequest<Rule[]>("prodready/rules", {}));
  const items = rules.then((all) =>
    all.map(({ code, name, summary }) => ({ label: code, description: name, detail: summary })),
  );
  const chosen = await vscode.window.showQuickPick(items, { placeHolder: "Which rule?", matchOnDescription: true });
  return chosen?.label;
}

async function showConfiguration(extension: Extension): Promise<void> {
  const { uri } = await seenPython();
  const params = { textDocument: { uri: uri.toString() } };
  const server = await extension.ready();
  const { text } = await server.sendRequest<{ text: string }>("prodready/effectiveConfiguration", params);
  await showPage(`settings of ${uri.path.split("/").at(-1)}.ini`, text);
}

async function copyDebugInformation(extension: Extension): Promise<void> {
  await vscode.env.clipboard.writeText(extension.debugInformation());
  void vscode.window.showInformationMessage("prodready: the debug information is in the clipboard.");
}
