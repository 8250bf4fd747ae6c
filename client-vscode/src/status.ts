/** The language status item: version, findings in the file, state of the server, and its last error. */

import * as vscode from "vscode";
import { DOCUMENTS, SOURCE } from "./findings";
import type { State } from "./supervisor";

/** Shows itself beside the language of Python files; a click opens the log. */
export class Status implements vscode.Disposable {
  state: State = "stopped";
  lastError: string | undefined;
  version = "";
  readonly #item = vscode.languages.createLanguageStatusItem("prodready.status", DOCUMENTS);
  readonly #parts = [
    this.#item,
    vscode.languages.onDidChangeDiagnostics(() => this.#show()),
    vscode.window.onDidChangeActiveTextEditor(() => this.#show()),
  ];

  constructor() {
    this.#item.name = "prodready";
    this.#item.command = { command: "prodready.showLog", title: "Show log" };
    this.#show();
  }

  dispose(): void {
    this.#parts.forEach((part) => part.dispose());
  }

  /** Shows a new state; an error stays to be seen until a server runs again. */
  change(state: State, error?: Error): void {
    this.state = state;
    this.lastError = state === "running" ? undefined : (error?.message ?? this.lastError);
    this.#show();
  }

  #show(): void {
    const { Error: failed, Information } = vscode.LanguageStatusSeverity;
    this.#item.text = `prodready ${this.version}`.trim();
    this.#item.busy = this.state === "starting";
    this.#item.severity = this.state === "failed" ? failed : Information;
    this.#item.detail = this.lastError ?? `${this.state}, ${findings()}`;
  }
}

function findings(): string {
  const uri = vscode.window.activeTextEditor?.document.uri;
  const all = uri === undefined ? [] : vscode.languages.getDiagnostics(uri);
  const count = all.filter(({ source }) => source === SOURCE).length;
  return `${count || "no"} ${count === 1 ? "finding" : "findings"} in this file`;
}
