/** Where a rule is explained: its section in docs/detectors.md, which comes along with the extension. */
import { readFileSync } from "node:fs";
import * as vscode from "vscode";
import type { Rule } from "../detect/report";

export class RulePages {
  readonly #page: vscode.Uri;
  #lines: readonly string[] | undefined;

  constructor(extensionUri: vscode.Uri) {
    this.#page = vscode.Uri.joinPath(extensionUri, "docs", "detectors.md");
  }

  /** VS Code opens a file at a line by the fragment `L<line>`; without such a section, at its top. */
  target(rule: Rule): vscode.Uri {
    const line = this.#read().findIndex((text) => text.startsWith("#") && text.includes(rule));
    return line < 0 ? this.#page : this.#page.with({ fragment: `L${line + 1}` });
  }

  #read(): readonly string[] {
    if (this.#lines !== undefined) return this.#lines;
    try {
      this.#lines = readFileSync(this.#page.fsPath, "utf8").split("\n");
    } catch {
      this.#lines = [];
    }
    return this.#lines;
  }
}
