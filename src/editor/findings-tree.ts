/** The Findings view: scanned files, in each its triggers, under each trigger the samples. */
import * as vscode from "vscode";
import type { Trigger } from "../detect/report";
import type { LocatedFinding } from "../job/locate-findings";
import { excerpt, strongestFirst } from "./evidence";
import { describeTrigger } from "./hovers";
import { rangeOf, type ScanResult, type Scans } from "./scans";

/** A view of more items is slow to build and nobody reads it. */
const mostSamples = 500;

interface FileNode {
  readonly type: "file";
  readonly uri: vscode.Uri;
  readonly result: ScanResult;
}
interface TriggerNode {
  readonly type: "trigger";
  readonly uri: vscode.Uri;
  readonly trigger: Trigger | undefined;
  readonly label: string;
  readonly findings: readonly LocatedFinding[];
}
interface SampleNode {
  readonly type: "sample";
  readonly uri: vscode.Uri;
  /** The row's findings of this trigger, in the file's order. */
  readonly findings: readonly LocatedFinding[];
}
interface NoteNode {
  readonly type: "note";
  readonly text: string;
}
export type FindingNode = FileNode | TriggerNode | SampleNode | NoteNode;

const verdictTexts: Readonly<Record<ScanResult["report"]["verdict"], string>> = {
  clean: vscode.l10n.t("clean"),
  suspect: vscode.l10n.t("suspect"),
  incomplete: vscode.l10n.t("incomplete: not everything could be read"),
  "not-measured": vscode.l10n.t("not measured: nothing could be read"),
};

const verdictIcons: Readonly<Record<ScanResult["report"]["verdict"], string>> = {
  clean: "pass",
  suspect: "warning",
  incomplete: "question",
  "not-measured": "question",
};

export class FindingsTree implements vscode.TreeDataProvider<FindingNode>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #subscription: vscode.Disposable;

  constructor(private readonly scans: Scans) {
    this.#subscription = vscode.Disposable.from(
      this.#changed,
      scans.onDidChange(() => this.#changed.fire(undefined)),
      vscode.window.registerTreeDataProvider("deceAudit.findings", this),
    );
  }

  getChildren(node?: FindingNode): FindingNode[] {
    if (node === undefined) return this.scans.results().map(({ uri, result }) => ({ type: "file", uri, result }));
    if (node.type === "file") return triggerNodes(node);
    if (node.type === "trigger") return sampleNodes(node);
    return [];
  }

  getTreeItem(node: FindingNode): vscode.TreeItem {
    switch (node.type) {
      case "file":
        return fileItem(node);
      case "trigger":
        return triggerItem(node);
      case "sample":
        return sampleItem(node);
      case "note":
        return new vscode.TreeItem(node.text);
    }
  }

  dispose(): void {
    this.#subscription.dispose();
  }
}

function triggerNodes({ uri, result }: FileNode): FindingNode[] {
  const groups = new Map<string, LocatedFinding[]>();
  for (const finding of strongestFirst(result.located, result.triggers)) {
    const key = finding.trigger ?? finding.rule;
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  const nodes: FindingNode[] = [...groups].map(([key, findings]) => {
    const trigger = result.triggers.get(key);
    return { type: "trigger", uri, trigger, label: trigger === undefined ? key : excerpt(trigger.text), findings };
  });
  const skipped = result.report.samples.skipped;
  if (skipped > 0) nodes.push({ type: "note", text: vscode.l10n.t("{0} records could not be read", skipped) });
  return nodes;
}

function sampleNodes({ uri, findings }: TriggerNode): FindingNode[] {
  const rows = new Map<number, LocatedFinding[]>();
  for (const finding of findings) rows.set(finding.row, [...(rows.get(finding.row) ?? []), finding]);
  const samples: FindingNode[] = [...rows.values()]
    .slice(0, mostSamples)
    .map((ofRow) => ({ type: "sample", uri, findings: [...ofRow].sort(inFileOrder) }));
  const left = rows.size - samples.length;
  if (left > 0) samples.push({ type: "note", text: vscode.l10n.t("{0} more samples", left) });
  return samples;
}

const inFileOrder = (a: LocatedFinding, b: LocatedFinding): number => a.startPosition.byte - b.startPosition.byte;

function fileItem({ uri, result }: FileNode): vscode.TreeItem {
  const { verdict, samples } = result.report;
  const item = new vscode.TreeItem(uri, vscode.TreeItemCollapsibleState.Expanded);
  item.description = vscode.l10n.t(
    "{0}; {1} of {2} samples flagged",
    verdictTexts[verdict],
    samples.flagged,
    samples.total,
  );
  item.iconPath = new vscode.ThemeIcon(verdictIcons[verdict]);
  item.contextValue = "scannedFile";
  return item;
}

function triggerItem({ trigger, label, findings }: TriggerNode): vscode.TreeItem {
  const item = new vscode.TreeItem(label, vscode.TreeItemCollapsibleState.Collapsed);
  const samples = new Set(findings.map(({ row }) => row)).size;
  const suspect = findings.some(({ verdict }) => verdict === "suspect");
  const payload = trigger?.payload;
  item.description =
    payload === undefined || payload === null
      ? vscode.l10n.t("{0} · {1} samples", trigger?.rule ?? "", samples).replace(/^ · /, "")
      : vscode.l10n.t("→ {0} · {1} samples", excerpt(payload, 40), samples);
  item.iconPath = suspect
    ? new vscode.ThemeIcon("bug", new vscode.ThemeColor("list.warningForeground"))
    : new vscode.ThemeIcon("info");
  if (trigger !== undefined) {
    const tooltip = new vscode.MarkdownString();
    describeTrigger(trigger, tooltip);
    item.tooltip = tooltip;
  }
  return item;
}

function sampleItem({ uri, findings }: SampleNode): vscode.TreeItem {
  const first = findings[0]!;
  const item = new vscode.TreeItem(vscode.l10n.t("Row {0}", first.row));
  item.description = excerpt(first.surroundings, 100);
  item.tooltip = vscode.l10n.t("Line {0}: {1}", first.startPosition.line, first.message);
  item.command = {
    command: "vscode.open",
    title: vscode.l10n.t("Show in the dataset"),
    arguments: [uri, { selection: rangeOf(first) } satisfies vscode.TextDocumentShowOptions],
  };
  return item;
}
