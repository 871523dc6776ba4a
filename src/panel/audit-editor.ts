/**
 * The Audit View as VS Code's read-only custom editor: default for Parquet, on choice for every other dataset file, of any
 * size, since it is read by our own reader and never becomes a document of the text editor.
 */
import * as vscode from "vscode";
import { Failure } from "../foundation/failure";
import { AuditDocument } from "./audit-document";
import { AuditPanel, type AuditServices } from "./audit-panel";
import type { AuditField } from "./audit-protocol";

/** Default for Parquet. */
export const auditViewType = "deceAudit.auditView";
/** The same editor, offered for text formats beside the text editor. */
export const auditViewOptionType = "deceAudit.auditViewOption";

export const isAuditView = (viewType: string): boolean =>
  viewType === auditViewType || viewType === auditViewOptionType;

export class AuditEditors implements vscode.CustomReadonlyEditorProvider<AuditDocument>, vscode.Disposable {
  readonly #panels = new Set<AuditPanel>();
  readonly #registrations: vscode.Disposable;
  /** Asked for before the panel was there, by URI. */
  readonly #reveals = new Map<string, (panel: AuditPanel) => void>();

  constructor(private readonly services: AuditServices) {
    this.#registrations = vscode.Disposable.from(
      ...[auditViewType, auditViewOptionType].map((type) =>
        vscode.window.registerCustomEditorProvider(type, this, { supportsMultipleEditorsPerDocument: true }),
      ),
    );
  }

  openCustomDocument(uri: vscode.Uri): AuditDocument {
    return new AuditDocument(uri, (file) => {
      if (file.scheme === "file") return this.services.openRows(file);
      const remedy = "Open the file itself";
      return Promise.reject(new Failure("only files on the disk can be audited", { file: file.toString(), remedy }));
    });
  }

  resolveCustomEditor(document: AuditDocument, panel: vscode.WebviewPanel): void {
    const made = new AuditPanel(this.services, document, panel);
    this.#panels.add(made);
    panel.onDidDispose(() => this.#panels.delete(made));
    this.#reveals.get(document.uri.toString())?.(made);
    this.#reveals.delete(document.uri.toString());
  }

  /** The open views of a file. */
  panels(uri: vscode.Uri): AuditPanel[] {
    return [...this.#panels].filter(({ document }) => document.uri.toString() === uri.toString());
  }

  /** The view that the user works in. */
  get active(): AuditPanel | undefined {
    return [...this.#panels].find(({ panel }) => panel.active);
  }

  /** Opens the file in the Audit View, at a row and a finding in it if they are named. */
  async open(uri: vscode.Uri, place?: { row: number; field?: AuditField; start?: number }): Promise<void> {
    const reveal = (panel: AuditPanel): void => {
      if (place !== undefined) panel.reveal(place.row, place.field ?? null, place.start ?? 0);
    };
    const [open] = this.panels(uri);
    if (open !== undefined) {
      open.panel.reveal();
      reveal(open);
      return;
    }
    this.#reveals.set(uri.toString(), reveal);
    const type = /\.(?:parquet|parq|pqt)$/i.test(uri.path) ? auditViewType : auditViewOptionType;
    await vscode.commands.executeCommand("vscode.openWith", uri, type);
  }

  dispose(): void {
    this.#registrations.dispose();
  }
}
