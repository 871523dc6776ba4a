/**
 * Code actions on a finding: see the sample as code, remove it, quarantine it or all samples of its trigger, suppress it.
 * What writes is not offered in an untrusted workspace.
 */
import * as vscode from "vscode";
import { sampleNumber } from "../dataset/sample-number";
import type { Finding } from "../detect/report";
import { datasetLanguages } from "./dataset-document";
import { excerpt, triggerOf } from "./evidence";
import { findingsOnLines, rangeOf, type ScanResult, type Scans } from "./scans";
import { isOurs } from "./diagnostics";

/** Findings at one place that get fixes of their own. */
const mostAtOnce = 3;

export class QuickFixes implements vscode.CodeActionProvider, vscode.Disposable {
  readonly #registration: vscode.Disposable;

  constructor(private readonly scans: Scans) {
    const selector = datasetLanguages.map((language) => ({ language }));
    const metadata = { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] };
    this.#registration = vscode.languages.registerCodeActionsProvider(selector, this, metadata);
  }

  provideCodeActions(
    { uri }: vscode.TextDocument,
    range: vscode.Range,
    { diagnostics }: vscode.CodeActionContext,
  ): vscode.CodeAction[] {
    const result = this.scans.result(uri);
    if (result === undefined) return [];
    const here = findingsOnLines(result, range.start.line, range.end.line).filter(
      (finding) => rangeOf(finding).intersection(range) !== undefined,
    );
    const rows = [...new Map(here.map((finding) => [`${finding.row} ${finding.rule}`, finding])).values()];
    return rows.slice(0, mostAtOnce).flatMap((finding) => {
      const own = diagnostics.filter((one) => isOurs(one) && one.message === finding.message);
      return fixesOf(uri, result, finding).map((action) => {
        if (own.length > 0) action.diagnostics = own;
        return action;
      });
    });
  }

  dispose(): void {
    this.#registration.dispose();
  }
}

function fixesOf(uri: vscode.Uri, result: ScanResult, finding: Finding): vscode.CodeAction[] {
  const { row, field, start, rule } = finding;
  const number = sampleNumber(row);
  const fixes: vscode.CodeAction[] = [];
  const add = (title: string, command: string, argument: unknown, isPreferred = false): void => {
    const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
    action.command = { command, title, arguments: [argument] };
    action.isPreferred = isPreferred;
    fixes.push(action);
  };
  // These read the file on the disk.
  if (!result.unsaved) {
    add(vscode.l10n.t("Open the {0} of sample {1} as code", field, number), "deceAudit.openSampleAsCode", {
      uri,
      row,
      field,
      start,
    });
  }
  if (!vscode.workspace.isTrusted) return fixes;
  if (!result.unsaved) {
    const places = [{ row, rule }];
    add(vscode.l10n.t("Suppress {0} in sample {1} with a reason…", rule, number), "deceAudit.suppress", {
      uri,
      places,
    });
  }
  if (finding.verdict !== "suspect") return fixes;
  add(vscode.l10n.t("Quarantine sample {0}", number), "deceAudit.quarantineSamples", { uri, rows: [row] }, true);
  const trigger = triggerOf(finding, result.triggers);
  const rows = suspectRows(result, finding);
  if (trigger !== undefined && rows.length > 1) {
    const title = vscode.l10n.t("Quarantine all {0} samples of “{1}”", rows.length, excerpt(trigger.text, 30));
    add(title, "deceAudit.quarantineSamples", { uri, rows });
  }
  add(vscode.l10n.t("Remove sample {0}", number), "deceAudit.removeSamples", { uri, rows: [row] });
  return fixes;
}

/** The flagged rows of the finding's trigger. */
function suspectRows({ report }: ScanResult, { trigger }: Finding): number[] {
  if (trigger === null) return [];
  const rows = report.findings
    .filter((one) => one.trigger === trigger && one.verdict === "suspect")
    .map(({ row }) => row);
  return [...new Set(rows)];
}
