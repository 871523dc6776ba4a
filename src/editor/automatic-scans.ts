/** Scans dataset files when they are opened and saved, and forgets marks that an edit made stale. */
import * as vscode from "vscode";
import type { Context } from "./context";
import { looksLikeDataset } from "./dataset-document";

/** Enough for a header and the beginning of a record. */
const headLength = 4_096;

function isDataset(document: vscode.TextDocument): boolean {
  if (document.uri.scheme !== "file") return false;
  const head = document.getText(new vscode.Range(0, 0, 20, headLength)).slice(0, headLength);
  return looksLikeDataset(document.languageId, document.fileName, head);
}

/** Without a message of its own: what came of it stands in the status bar, the marks and the views. */
function scanQuietly(context: Context, document: vscode.TextDocument): void {
  if (context.settings.scanOnOpen(document.uri) && isDataset(document)) void context.scans.scan(document.uri);
}

export function startAutomaticScans(context: Context): vscode.Disposable {
  for (const document of vscode.workspace.textDocuments) scanQuietly(context, document);
  return vscode.Disposable.from(
    vscode.workspace.onDidOpenTextDocument((document) => {
      if (context.scans.state(document.uri)?.type !== "scanned") scanQuietly(context, document);
    }),
    vscode.workspace.onDidSaveTextDocument((document) => scanQuietly(context, document)),
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (contentChanges.length > 0) context.scans.noteEdit(document.uri);
    }),
  );
}
