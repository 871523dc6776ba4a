/** The commands on samples and findings: open them where they can be seen, and walk through them. */
import path from "node:path";
import * as vscode from "vscode";
import { sampleNumber } from "../dataset/sample-number";
import { Failure } from "../foundation/failure";
import type { LocatedFinding } from "../job/locate-findings";
import type { AuditField } from "../panel/audit-protocol";
import type { Context } from "./context";
import { isTextFormat } from "./dataset-document";
import { largestDocument, openFinding } from "./open-dataset-file";
import { activeDataset, pick, pickDataset } from "./prompts";
import { findingsOnLines, rangeOf } from "./scans";

export interface SampleArgument {
  readonly uri: vscode.Uri;
  readonly row: number;
  readonly field: AuditField;
  /** UTF-16 offset to go to; by default the first finding. */
  readonly start?: number;
}

/** Opens a field of a sample as a document of its language: the named one, else the one at the cursor. */
export async function openSampleAsCodeCommand(context: Context, argument?: SampleArgument): Promise<void> {
  const place = argument ?? (await sampleAtCursor(context));
  if (place === undefined) return;
  const { uri: file, row, field, start } = place;
  await context.samples.open({ file, row, field }, start);
}

async function sampleAtCursor(context: Context): Promise<SampleArgument | undefined> {
  const editor = vscode.window.activeTextEditor;
  const uri = activeDataset();
  if (uri === undefined || editor?.document.uri.toString() !== uri.toString()) {
    throw new Failure("no dataset file is open as text", { remedy: "Put the cursor on a sample, then run it again" });
  }
  const { active } = editor.selection;
  const result = context.scans.result(uri);
  const here = result === undefined ? [] : findingsOnLines(result, active.line, active.line);
  const under = here.find((finding) => rangeOf(finding).contains(active)) ?? here[0];
  if (under !== undefined) return { uri, row: under.row, field: under.field, start: under.start };
  const cursor = { line: active.line + 1, column: active.character + 1 };
  const place = await context.jobs.sampleAt(uri.fsPath, cursor);
  if (place === null) throw new Failure("there is no sample at the cursor", { file: uri.fsPath, line: cursor.line });
  const { row, at } = place;
  if (at !== null) return { uri, row, field: at.field, start: at.offset };
  const field = await pick<AuditField>(vscode.l10n.t("Open which field of sample {0}?", sampleNumber(row)), [
    { label: vscode.l10n.t("Input"), value: "input" },
    { label: vscode.l10n.t("Output"), value: "output" },
  ]);
  return field === undefined ? undefined : { uri, row, field };
}

/** Opens the named dataset in the Audit View, else the active one, else one that the user chooses. */
export async function openAuditViewCommand(context: Context, argument?: vscode.Uri): Promise<void> {
  const title = vscode.l10n.t("Open which dataset in the Audit View?");
  const chosen = argument ?? activeDataset() ?? (await pickDataset(title));
  if (chosen === undefined) return;
  await context.audit.open(typeof chosen === "string" ? vscode.Uri.file(chosen) : chosen);
}

/** As text where the text editor can show it, else in the Audit View. */
export async function openDatasetCommand(context: Context, uri: vscode.Uri): Promise<void> {
  const { size } = await vscode.workspace.fs.stat(uri);
  if (isTextFormat(uri.path) && size <= largestDocument) await vscode.window.showTextDocument(uri);
  else await context.audit.open(uri);
}

export async function openFindingCommand(context: Context, uri: vscode.Uri, finding: LocatedFinding): Promise<void> {
  const result = context.scans.results().find((one) => one.uri.toString() === uri.toString())?.result;
  if (result !== undefined) await openFinding(context, uri, result, finding);
}

/** In the Audit View that the user works in. */
export const stepCommand =
  (direction: 1 | -1) =>
  (context: Context): void =>
    context.audit.active?.step(direction);

/** Gives up the named scan (the Findings view hands in its entry), the only one that goes on, or the one that the user chooses. */
export async function cancelScanCommand(
  context: Context,
  argument?: vscode.Uri | { readonly uri: vscode.Uri },
): Promise<void> {
  const going = context.scans.scanning();
  if (argument !== undefined) {
    context.scans.cancel(argument instanceof vscode.Uri ? argument : argument.uri);
    return;
  }
  if (going.length <= 1) {
    for (const { uri } of going) context.scans.cancel(uri);
    return;
  }
  const all = { label: vscode.l10n.t("All {0}", going.length), value: going };
  const each = going.map((one) => ({ label: path.basename(one.uri.path), description: one.uri.fsPath, value: [one] }));
  const chosen = await pick(vscode.l10n.t("Cancel which scan?"), [all, ...each]);
  for (const { uri } of chosen ?? []) context.scans.cancel(uri);
}
