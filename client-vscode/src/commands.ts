/** The commands of the palette. */

import * as vscode from "vscode";
import { codeOf, SOURCE } from "./client";
import type { Pages } from "./pages";

/** What the commands need of the extension. */
export interface Parts {
  /** Sends a request to the server, once one runs; throws when none does. */
  readonly ask: <T>(method: string, params: object) => Promise<T>;
  /** Waits until a server runs; throws when none does. */
  readonly ready: () => Promise<unknown>;
  readonly restart: () => Promise<void>;
  readonly showLog: () => void;
  readonly debugInformation: () => string;
  readonly pages: Pages;
}

const FIX_ALL = "source.fixAll.prodready";
const NOTHING_SAFE =
  "prodready: nothing in this file can be repaired without a look. The light bulb at each finding shows the fixes that change more.";

export function registerCommands(parts: Parts): vscode.Disposable {
  const commands: Record<string, (argument?: unknown) => unknown> = {
    restart: () => parts.restart(),
    showLog: () => parts.showLog(),
    fixFile: () => fixFile(parts),
    explainRule: (code) => explainRule(parts, code),
    showConfiguration: () => showConfiguration(parts),
    copyDebugInformation: () => copyDebugInformation(parts),
  };
  const registered = Object.entries(commands).map(([name, command]) =>
    vscode.commands.registerCommand(`prodready.${name}`, (argument?: unknown) => guarded(() => command(argument))),
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

function activePython(): vscode.TextDocument {
  const document = vscode.window.activeTextEditor?.document;
  if (document?.languageId !== "python") throw new Error("open a Python file first");
  return document;
}

async function fixFile({ ready }: Parts): Promise<void> {
  const { uri, lineCount } = activePython();
  await ready();
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

async function explainRule({ ask, pages }: Parts, code?: unknown): Promise<void> {
  const wanted = typeof code === "string" ? code : (codeAtCursor() ?? (await chooseRule(ask)));
  if (wanted === undefined) return;
  type Page = Record<"code" | "name" | "markdown", string>;
  const page = await ask<Page>("prodready/ruleDocumentation", { code: wanted });
  await pages.showMarkdown(`${page.code} ${page.name}.md`, page.markdown);
}

function codeAtCursor(): string | undefined {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined) return undefined;
  const here = vscode.languages
    .getDiagnostics(editor.document.uri)
    .find((diagnostic) => diagnostic.source === SOURCE && diagnostic.range.contains(editor.selection.active));
  return here && codeOf(here);
}

async function chooseRule(ask: Parts["ask"]): Promise<string | undefined> {
  const rules = ask<Record<"code" | "name" | "summary", string>[]>("prodready/rules", {});
  const items = rules.then((all) =>
    all.map(({ code, name, summary }) => ({ label: code, description: name, detail: summary })),
  );
  const chosen = await vscode.window.showQuickPick(items, { placeHolder: "Which rule?", matchOnDescription: true });
  return chosen?.label;
}

async function showConfiguration({ ask, pages }: Parts): Promise<void> {
  const { uri } = activePython();
  const params = { textDocument: { uri: uri.toString() } };
  const { text } = await ask<{ text: string }>("prodready/effectiveConfiguration", params);
  await pages.showText(`settings of ${uri.path.split("/").at(-1)}.ini`, text);
}

async function copyDebugInformation({ debugInformation }: Parts): Promise<void> {
  await vscode.env.clipboard.writeText(debugInformation());
  void vscode.window.showInformationMessage("prodready: the debug information is in the clipboard.");
}
