/** The commands of the palette. */

import * as vscode from "vscode";
import { codeOf, SOURCE } from "./client";
import type { Pages } from "./pages";

/** What the commands need of the extension. `ask` sends a request to the server, and throws when none runs. */
export interface Parts {
  readonly ask: <T>(method: string, params: object) => Promise<T>;
  /** Waits until a server runs; throws when none does. */
  readonly ready: () => Promise<unknown>;
  readonly restart: () => Promise<void>;
  readonly showLog: () => void;
  readonly debugInformation: () => string;
  readonly pages: Pages;
}

interface RulePage {
  readonly code: string;
  readonly name: string;
  readonly markdown: string;
}

interface RuleSummary {
  readonly code: string;
  readonly name: string;
  readonly summary: string;
}

const FIX_ALL = "source.fixAll.prodready";

export function registerCommands(parts: Parts): vscode.Disposable {
  const commands: Record<string, (...args: never[]) => unknown> = {
    restart: () => parts.restart(),
    showLog: () => parts.showLog(),
    fixFile: () => fixFile(parts),
    explainRule: (code?: string) => explainRule(parts, code),
    showConfiguration: () => showConfiguration(parts),
    copyDebugInformation: () => copyDebugInformation(parts),
  };
  const registered = Object.entries(commands).map(([name, command]) =>
    vscode.commands.registerCommand(`prodready.${name}`, (...args: never[]) => guarded(() => command(...args))),
  );
  return vscode.Disposable.from(...registered);
}

/** Says what went wrong in words; the log is one click away. */
async function guarded(command: () => unknown): Promise<void> {
  try {
    await command();
  } catch (error) {
    const message = `prodready: ${error instanceof Error ? error.message : String(error)}`;
    if ((await vscode.window.showErrorMessage(message, "Show Log")) !== undefined) {
      await vscode.commands.executeCommand("prodready.showLog");
    }
  }
}

function activePython(): vscode.TextEditor {
  const editor = vscode.window.activeTextEditor;
  if (editor?.document.languageId !== "python") throw new Error("open a Python file first");
  return editor;
}

async function fixFile({ ready }: Parts): Promise<void> {
  const { document } = activePython();
  await ready();
  const whole = new vscode.Range(0, 0, document.lineCount, 0);
  const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
    "vscode.executeCodeActionProvider",
    document.uri,
    whole,
    FIX_ALL,
    1,
  );
  const edit = actions.find((action) => action.edit !== undefined)?.edit;
  if (edit === undefined) {
    void vscode.window.showInformationMessage(
      "prodready: nothing in this file can be repaired without a look. The light bulb at each finding shows the fixes that change more.",
    );
  } else if (!(await vscode.workspace.applyEdit(edit))) {
    throw new Error("the file has changed meanwhile; run the command again");
  }
}

async function explainRule({ ask, pages }: Parts, code?: string): Promise<void> {
  const wanted = typeof code === "string" ? code : (codeAtCursor() ?? (await chooseRule(ask)));
  if (wanted === undefined) return;
  const page = await ask<RulePage>("prodready/ruleDocumentation", { code: wanted });
  await pages.showMarkdown(`${page.code} ${page.name}`, page.markdown);
}

function codeAtCursor(): string | undefined {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined) return undefined;
  const here = vscode.languages
    .getDiagnostics(editor.document.uri)
    .filter((diagnostic) => diagnostic.source === SOURCE && diagnostic.range.contains(editor.selection.active));
  return here[0] === undefined ? undefined : codeOf(here[0]);
}

async function chooseRule(ask: Parts["ask"]): Promise<string | undefined> {
  const rules = ask<RuleSummary[]>("prodready/rules", {});
  const items = rules.then((all) =>
    all.map(({ code, name, summary }) => ({ label: code, description: name, detail: summary })),
  );
  const chosen = await vscode.window.showQuickPick(items, { placeHolder: "Which rule?", matchOnDescription: true });
  return chosen?.label;
}

async function showConfiguration({ ask, pages }: Parts): Promise<void> {
  const uri = activePython().document.uri;
  const { text } = await ask<{ text: string }>("prodready/effectiveConfiguration", {
    textDocument: { uri: uri.toString() },
  });
  await pages.showText(`settings of ${uri.path.split("/").at(-1)}`, text, "ini");
}

async function copyDebugInformation({ debugInformation }: Parts): Promise<void> {
  await vscode.env.clipboard.writeText(debugInformation());
  void vscode.window.showInformationMessage("prodready: the debug information is in the clipboard.");
}
