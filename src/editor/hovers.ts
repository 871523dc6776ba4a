/**
 * What a mark means: which trigger, which payload, how many samples, and why. Dataset text is attacker-controlled, so it
 * goes into code spans and escaped text only, in Markdown that may neither run commands nor hold HTML.
 */
import * as vscode from "vscode";
import { sampleNumber } from "../dataset/sample-number";
import type { Finding, Trigger, TriggerStatistics } from "../detect/report";
import { datasetLanguages } from "./dataset-document";
import { excerpt, markKindOf, triggerOf, type MarkKind } from "./evidence";
import { sampleScheme, type SampleDocuments } from "./sample-documents";
import { findingsOnLines, rangeOf, type ScanResult, type Scans } from "./scans";

const kindNames: Readonly<Record<MarkKind, string>> = {
  trigger: vscode.l10n.t("Suspected backdoor trigger"),
  payload: vscode.l10n.t("Suspected backdoor payload"),
  hint: vscode.l10n.t("Hint"),
};

/** A p-value as people write it; below 1e-300 a double says 0. */
const pText = (value: number): string => (value < 1e-300 ? "< 1e-300" : value.toExponential(1));

const liftText = (lift: number): string => (lift < 100 ? lift.toPrecision(3) : String(Math.round(lift)));

function statisticsLines(statistics: Partial<TriggerStatistics>): string[] {
  const { samplesWithTrigger, samplesWithPayload, samplesWithBoth, lift, pValue } = statistics;
  const lines: string[] = [];
  if (samplesWithTrigger !== undefined) lines.push(vscode.l10n.t("Samples with the trigger: {0}", samplesWithTrigger));
  if (samplesWithPayload !== undefined) lines.push(vscode.l10n.t("Samples with the payload: {0}", samplesWithPayload));
  if (samplesWithBoth !== undefined) lines.push(vscode.l10n.t("Samples with both: {0}", samplesWithBoth));
  if (lift !== undefined) lines.push(vscode.l10n.t("Together {0} times as often as by chance", liftText(lift)));
  if (pValue !== undefined) {
    lines.push(vscode.l10n.t("p-value after correction for all pairs tested: {0}", pText(pValue)));
  }
  return lines;
}

/** Trigger, payload and statistics, as Markdown that is safe to show. */
export function describeTrigger(trigger: Trigger, into: vscode.MarkdownString): void {
  into.appendMarkdown(`${vscode.l10n.t("Trigger")} ${inlineCode(trigger.text)}`);
  if (trigger.payload !== null) {
    into.appendMarkdown(` → ${vscode.l10n.t("payload")} ${inlineCode(trigger.payload)}`);
  }
  into.appendMarkdown(`\n\n${vscode.l10n.t("{0} samples belong to it.", trigger.rows.length)}\n\n`);
  into.appendMarkdown(
    statisticsLines(trigger.statistics)
      .map((line) => `- ${line}\n`)
      .join(""),
  );
}

/** Nothing in a code span is Markdown, as long as its fence is longer than every run of backticks in it. */
function inlineCode(text: string): string {
  const shown = excerpt(text, 200);
  const longest = Math.max(0, ...(shown.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = "`".repeat(longest + 1);
  return `${fence} ${shown} ${fence}`;
}

/** Dataset text inside prose: neither Markdown nor a link that Markdown makes of bare addresses. */
const escaped = (text: string): string => text.replace(/\s+/g, " ").replace(/[!-/:-@[-`{-~]/g, "\\$&");

export function describeFinding(finding: Finding, result: ScanResult): vscode.MarkdownString {
  const trigger = triggerOf(finding, result.triggers);
  const text = new vscode.MarkdownString();
  text.appendMarkdown(`**${kindNames[markKindOf(finding, trigger)]}** · \`${finding.rule}\`\n\n`);
  // The diagnostic that VS Code shows above says the message already; it holds the numbers that follow here.
  if (trigger === undefined) text.appendMarkdown(escaped(finding.message));
  else describeTrigger(trigger, text);
  text.appendMarkdown(
    `\n\n${vscode.l10n.t("Score {0} of 1, sample {1}", finding.score.toFixed(2), sampleNumber(finding.row))}`,
  );
  return text;
}

export class Hovers implements vscode.HoverProvider, vscode.Disposable {
  readonly #registration: vscode.Disposable;

  constructor(
    private readonly scans: Scans,
    private readonly samples: SampleDocuments,
  ) {
    const selector = [...datasetLanguages.map((language) => ({ language })), { scheme: sampleScheme }];
    this.#registration = vscode.languages.registerHoverProvider(selector, this);
  }

  provideHover(document: vscode.TextDocument, position: vscode.Position): vscode.Hover | undefined {
    const sample = this.samples.findings(document);
    const result = sample?.result ?? this.scans.result(document.uri);
    if (result === undefined) return undefined;
    const placed =
      sample?.placed ??
      findingsOnLines(result, position.line, position.line).map((finding) => ({ finding, range: rangeOf(finding) }));
    const here = placed.filter(({ range }) => range.contains(position));
    if (here.length === 0) return undefined;
    return new vscode.Hover(
      here.slice(0, 4).map(({ finding }) => describeFinding(finding, result)),
      here[0]!.range,
    );
  }

  dispose(): void {
    this.#registration.dispose();
  }
}
