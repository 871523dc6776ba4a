/** Findings in the Problems view: the strongest of each file, since VS Code keeps about 1,000, and how many more. */
import * as vscode from "vscode";
import { evidenceOf, strongestFirst, triggerOf, type Evidence } from "./evidence";
import type { RulePages } from "./rule-page";
import { rangeOf, type ScanResult, type Scans } from "./scans";

export const mostDiagnostics = 1_000;
/** Of these, the ones about records that could not be read. */
const mostSkipped = 20;
const source = "DeCE Audit";

export const isOurs = (diagnostic: vscode.Diagnostic): boolean => diagnostic.source === source;

const severities: Readonly<Record<Evidence, vscode.DiagnosticSeverity>> = {
  established: vscode.DiagnosticSeverity.Error,
  suspect: vscode.DiagnosticSeverity.Warning,
  info: vscode.DiagnosticSeverity.Information,
};

export function diagnosticsOf(result: ScanResult, pages: RulePages, most = mostDiagnostics): vscode.Diagnostic[] {
  const strongest = strongestFirst(result.located, result.triggers);
  const skipped = result.report.files.flatMap((file) => file.skipped);
  const places = most - Math.min(skipped.length, mostSkipped + 1);
  const shown = strongest.length <= places ? strongest : strongest.slice(0, places - 1);
  const diagnostics = shown.map((finding) => {
    const severity = severities[evidenceOf(finding, triggerOf(finding, result.triggers))];
    const diagnostic = new vscode.Diagnostic(rangeOf(finding), finding.message, severity);
    diagnostic.source = source;
    diagnostic.code = { value: finding.rule, target: pages.target(finding.rule) };
    return diagnostic;
  });
  for (const { line, reason } of skipped.slice(0, mostSkipped)) diagnostics.push(skippedDiagnostic(line, reason));
  const unlisted = skipped.length - mostSkipped;
  if (unlisted > 0) {
    diagnostics.push(
      moreDiagnostic(vscode.l10n.t("{0} more records could not be read and were not scanned.", unlisted)),
    );
  }
  const more = strongest.length - shown.length;
  if (more > 0) {
    diagnostics.push(
      moreDiagnostic(vscode.l10n.t("{0} more findings are not listed here: see the Findings view.", more)),
    );
  }
  return diagnostics;
}

/** What was not read was not checked either, and that must not look like "nothing found". */
function skippedDiagnostic(line: number, reason: string): vscode.Diagnostic {
  const diagnostic = new vscode.Diagnostic(
    new vscode.Range(line - 1, 0, line - 1, Number.MAX_SAFE_INTEGER),
    vscode.l10n.t("This record could not be read and was not scanned: {0}", reason),
    vscode.DiagnosticSeverity.Warning,
  );
  diagnostic.source = source;
  return diagnostic;
}

/** On the first line, with a link that opens the Findings view. */
function moreDiagnostic(message: string): vscode.Diagnostic {
  const diagnostic = new vscode.Diagnostic(new vscode.Range(0, 0, 0, 0), message, vscode.DiagnosticSeverity.Warning);
  diagnostic.source = source;
  diagnostic.code = { value: vscode.l10n.t("show all"), target: vscode.Uri.parse("command:deceAudit.findings.focus") };
  return diagnostic;
}

export class Diagnostics implements vscode.Disposable {
  readonly #collection = vscode.languages.createDiagnosticCollection("deceAudit");
  readonly #subscription: vscode.Disposable;

  constructor(scans: Scans, pages: RulePages) {
    this.#subscription = scans.onDidChange((uri) => {
      const state = scans.state(uri);
      // A scan that is going on leaves the old ones standing until it ends, so that they do not flicker.
      if (state?.type === "scanning") return;
      this.#collection.set(uri, state?.type === "scanned" ? diagnosticsOf(state.result, pages) : []);
    });
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#collection.dispose();
  }
}
