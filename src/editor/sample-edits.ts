/**
 * Takes samples out of a dataset file that is open as text, or moves them into its quarantine file: one edit of the
 * workspace, so that one undo takes it back. Untouched records stay byte for byte as they are.
 */
import { existsSync } from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import { Failure } from "../foundation/failure";
import type { RemovedRecords } from "../job/removals";
import type { Context } from "./context";
import { isTextFormat } from "./dataset-document";
import { largestDocument } from "./open-dataset-file";
import { besideWith } from "./prompts";
import { quarantineInsertion } from "./quarantine-text";
import { withCopy } from "./unsaved-copy";

export interface SamplesArgument {
  readonly uri: vscode.Uri;
  readonly rows: readonly number[];
}

/** Throws a `Failure` for a file that the text editor cannot edit. */
async function editableDocument(uri: vscode.Uri): Promise<vscode.TextDocument> {
  const { size } = await vscode.workspace.fs.stat(uri);
  if (!isTextFormat(uri.path) || size > largestDocument) {
    throw new Failure("samples can be taken out of text files of up to 50 MB only", {
      file: uri.fsPath,
      remedy: "Suppress them, or write copies with Quarantine Flagged Samples",
    });
  }
  return vscode.workspace.openTextDocument(uri);
}

/** Where the rows stand in the document's text as it is now, unsaved changes included. */
async function removalsIn(context: Context, document: vscode.TextDocument, rows: readonly number[]) {
  const { version } = document;
  const removed = document.isDirty
    ? await withCopy(document, (copy) => context.jobs.removals(copy, rows))
    : await context.jobs.removals(document.uri.fsPath, rows);
  if (document.version !== version) {
    throw new Failure("the text changed meanwhile", { file: document.uri.fsPath, remedy: "Scan it again" });
  }
  return removed;
}

function deletion(edit: vscode.WorkspaceEdit, document: vscode.TextDocument, { removals }: RemovedRecords): void {
  for (const { start, end } of removals) {
    const range = new vscode.Range(start.line - 1, start.column - 1, end.line - 1, end.column - 1);
    edit.delete(document.uri, document.validateRange(range));
  }
}

async function apply(context: Context, document: vscode.TextDocument, edit: vscode.WorkspaceEdit): Promise<void> {
  if (!(await vscode.workspace.applyEdit(edit))) {
    throw new Failure("VS Code did not take the edit", { file: document.uri.fsPath, remedy: "Try it again" });
  }
  // The marks of the samples that stay come back at once.
  await context.scans.scan(document.uri);
}

/** Takes the samples out of the document; it is left unsaved. */
export async function removeSamplesCommand(context: Context, { uri, rows }: SamplesArgument): Promise<void> {
  const document = await editableDocument(uri);
  const edit = new vscode.WorkspaceEdit();
  deletion(edit, document, await removalsIn(context, document, rows));
  await apply(context, document, edit);
}

/** Moves the samples to the end of `NAME.quarantine.EXT` beside the dataset; both files are left unsaved. */
export async function quarantineSamplesCommand(
  context: Context,
  { uri, rows }: SamplesArgument,
): Promise<{ readonly quarantine: string }> {
  const document = await editableDocument(uri);
  const removed = await removalsIn(context, document, rows);
  const quarantine = besideWith(uri.fsPath, "quarantine");
  const target = vscode.Uri.file(quarantine);
  const edit = new vscode.WorkspaceEdit();
  const open = vscode.workspace.textDocuments.find((one) => one.uri.toString() === target.toString());
  if (open === undefined && !existsSync(quarantine)) {
    edit.createFile(target, { ignoreIfExists: true });
    edit.insert(target, new vscode.Position(0, 0), quarantineInsertion(null, removed, quarantine).text);
  } else {
    const existing = open ?? (await editableDocument(target));
    const insertion = quarantineInsertion(existing.getText(), removed, quarantine);
    edit.insert(target, existing.positionAt(insertion.offset), insertion.text);
  }
  deletion(edit, document, removed);
  await apply(context, document, edit);
  const name = path.basename(quarantine);
  void vscode.window.showInformationMessage(
    vscode.l10n.t("{0} samples moved to {1}. Undo takes it back; save both files to keep it.", rows.length, name),
  );
  return { quarantine };
}
