/** Opens a dataset file at a row or a finding, in the editor that can show that place. */
import * as vscode from "vscode";
import type { AuditEditors } from "../panel/audit-editor";
import { isTextFormat } from "./dataset-document";
import type { LocatedFinding } from "../job/locate-findings";
import type { SampleDocuments } from "./sample-documents";
import { rangeOf, type ScanResult } from "./scans";

/** VS Code hands larger documents to no extension (bytes). */
export const largestDocument = 50 * 1024 * 1024;
/** VS Code draws nothing of a line from here on. */
const lastColumn = 10_000;

export type FindingPlace =
  /** In the text editor, where the mark can be seen. */
  | "text"
  /** Its line is longer than VS Code draws. */
  | "code"
  /** The file is no text, or too large for marks in the text editor. */
  | "audit";

/** Where a finding of the file can be seen. */
export function placeOf(fsPath: string, bytes: number, finding: LocatedFinding): FindingPlace {
  if (!isTextFormat(fsPath) || bytes > largestDocument) return "audit";
  return finding.endPosition.column > lastColumn ? "code" : "text";
}

export async function openFinding(
  { audit, samples }: { readonly audit: AuditEditors; readonly samples: SampleDocuments },
  uri: vscode.Uri,
  result: ScanResult,
  finding: LocatedFinding,
): Promise<void> {
  const { row, field, start } = finding;
  switch (placeOf(uri.fsPath, result.report.files[0]?.bytes ?? 0, finding)) {
    case "text":
      await vscode.window.showTextDocument(uri, { selection: rangeOf(finding) });
      return;
    case "code":
      await samples.open({ file: uri, row, field }, start);
      return;
    case "audit":
      await audit.open(uri, { row, field, start });
  }
}
