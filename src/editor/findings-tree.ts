/**
 * The Findings view: triggers, under each the files that hold it, under each file the samples, so many at a time with an
 * entry that shows more. Below them what was scanned, for "nothing found" must not look like "not looked at".
 */
import * as vscode from "vscode";
import { sampleNumber } from "../dataset/sample-number";
import { reach } from "../job/surroundings";
import { excerpt, excerptAround } from "./evidence";
import { groupFindings, type FileGroup, type SampleFindings, type TriggerGroup } from "./finding-groups";
import { describeTrigger } from "./hovers";
import type { ScanResult, Scans } from "./scans";

/** Entries that are shown at a time: a longer list is slow to build and nobody reads it. */
const pageSize = 200;

interface Source {
  readonly uri: vscode.Uri;
  readonly result: ScanResult;
}
interface TriggerNode {
  readonly type: "trigger";
  readonly group: TriggerGroup<Source>;
  shown: number;
}
interface FileNode {
  readonly type: "file";
  readonly key: string;
  readonly file: FileGroup<Source>;
  shown: number;
}
interface SampleNode {
  readonly type: "sample";
  readonly source: Source;
  readonly findings: SampleFindings;
}
interface MoreNode {
  readonly type: "more";
  readonly parent: TriggerNode | FileNode;
  readonly left: number;
}
interface ScannedNode {
  readonly type: "scanned";
}
interface ScannedFileNode {
  readonly type: "scannedFile";
  readonly uri: vscode.Uri;
  readonly icon: string;
  readonly description: string;
  readonly contextValue: string;
}
export type FindingNode = TriggerNode | FileNode | SampleNode | MoreNode | ScannedNode | ScannedFileNode;

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
  readonly #changed = new vscode.EventEmitter<FindingNode | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #subscription: vscode.Disposable;
  /** How many entries were asked for, by the parent's id: a new scan leaves the view as it was. */
  readonly #shown = new Map<string, number>();

  constructor(private readonly scans: Scans) {
    this.#subscription = vscode.Disposable.from(
      this.#changed,
      scans.onDidChange(() => this.#changed.fire(undefined)),
      vscode.window.registerTreeDataProvider("deceAudit.findings", this),
    );
  }

  getChildren(node?: FindingNode): FindingNode[] {
    switch (node?.type) {
      case undefined:
        return this.#roots();
      case "trigger": {
        const files = node.group.files.map((file): FileNode => {
          const key = `${node.group.key}\n${file.source.uri.toString()}`;
          return { type: "file", key, file, shown: this.#shownOf(key) };
        });
        return this.#page(node, files);
      }
      case "file": {
        const { source, samples } = node.file;
        return this.#page(
          node,
          samples.map((findings) => ({ type: "sample", source, findings })),
        );
      }
      case "scanned":
        return this.#scannedFiles();
      default:
        return [];
    }
  }

  getTreeItem(node: FindingNode): vscode.TreeItem {
    switch (node.type) {
      case "trigger":
        return triggerItem(node.group);
      case "file":
        return fileItem(node);
      case "sample":
        return sampleItem(node);
      case "more":
        return moreItem(node);
      case "scanned": {
        const item = new vscode.TreeItem(vscode.l10n.t("Scanned files"), vscode.TreeItemCollapsibleState.Expanded);
        item.id = "scanned";
        return item;
      }
      case "scannedFile": {
        const item = new vscode.TreeItem(node.uri);
        item.id = `scanned ${node.uri.toString()}`;
        item.description = node.description;
        item.iconPath = new vscode.ThemeIcon(node.icon);
        item.contextValue = node.contextValue;
        item.command = { command: "deceAudit.openDataset", title: vscode.l10n.t("Open"), arguments: [node.uri] };
        return item;
      }
    }
  }

  /** Shows the next entries of the list that a "more" entry ends. */
  showMore({ parent }: Pick<MoreNode, "parent">): void {
    parent.shown += pageSize;
    this.#shown.set(keyOf(parent), parent.shown);
    this.#changed.fire(parent);
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  #roots(): FindingNode[] {
    const scans = this.scans.results().map(({ uri, result }) => ({ source: { uri, result }, ...result }));
    const triggers = groupFindings(scans).map((group): TriggerNode => {
      return { type: "trigger", group, shown: this.#shownOf(group.key) };
    });
    return this.#scannedFiles().length === 0 ? triggers : [...triggers, { type: "scanned" }];
  }

  #scannedFiles(): ScannedFileNode[] {
    const done = this.scans.results().map(({ uri, result: { report } }): ScannedFileNode => {
      const { verdict, samples } = report;
      const flagged = vscode.l10n.t(
        "{0}; {1} of {2} samples flagged",
        verdictTexts[verdict],
        samples.flagged,
        samples.total,
      );
      const skipped = samples.skipped === 0 ? "" : vscode.l10n.t("; {0} records could not be read", samples.skipped);
      const accepted = report.suppressed?.length ?? 0;
      const suppressed = accepted === 0 ? "" : vscode.l10n.t("; {0} findings suppressed", accepted);
      const description = flagged + skipped + suppressed;
      return { type: "scannedFile", uri, icon: verdictIcons[verdict], description, contextValue: "scannedFile" };
    });
    const failed = this.scans.failures().map(({ uri, reason }): ScannedFileNode => {
      return { type: "scannedFile", uri, icon: "error", description: reason, contextValue: "failedFile" };
    });
    const going = this.scans.scanning().map(({ uri }): ScannedFileNode => {
      const description = vscode.l10n.t("being scanned");
      return { type: "scannedFile", uri, icon: "sync~spin", description, contextValue: "scanningFile" };
    });
    return [...going, ...done, ...failed];
  }

  #shownOf(key: string): number {
    return this.#shown.get(key) ?? pageSize;
  }

  #page(parent: TriggerNode | FileNode, children: readonly FindingNode[]): FindingNode[] {
    const left = children.length - parent.shown;
    return left <= 0 ? [...children] : [...children.slice(0, parent.shown), { type: "more", parent, left }];
  }
}

const keyOf = (node: TriggerNode | FileNode): string => (node.type === "trigger" ? node.group.key : node.key);

function triggerItem({
  key,
  label,
  rule,
  payload,
  suspect,
  sampleCount,
  files,
}: TriggerGroup<Source>): vscode.TreeItem {
  const item = new vscode.TreeItem(label, vscode.TreeItemCollapsibleState.Collapsed);
  item.id = key;
  const samples = vscode.l10n.t("{0} samples", sampleCount);
  const where = files.length === 1 ? samples : vscode.l10n.t("{0} in {1} files", samples, files.length);
  const what = payload === null ? (label === rule ? "" : rule) : `→ ${excerpt(payload, 40)}`;
  item.description = what === "" ? where : `${what} · ${where}`;
  item.iconPath = suspect
    ? new vscode.ThemeIcon("bug", new vscode.ThemeColor("list.warningForeground"))
    : new vscode.ThemeIcon("info");
  const [first] = files;
  if (first?.trigger !== undefined) {
    const tooltip = new vscode.MarkdownString();
    describeTrigger(first.trigger, tooltip);
    item.tooltip = tooltip;
  }
  return item;
}

function fileItem({ key, file }: FileNode): vscode.TreeItem {
  const item = new vscode.TreeItem(file.source.uri, vscode.TreeItemCollapsibleState.Collapsed);
  item.id = key;
  item.description = vscode.l10n.t("{0} samples", file.samples.length);
  item.iconPath = vscode.ThemeIcon.File;
  item.contextValue = "findingsFile";
  return item;
}

function sampleItem({ source, findings }: SampleNode): vscode.TreeItem {
  const first = findings[0]!;
  const item = new vscode.TreeItem(vscode.l10n.t("Sample {0}", sampleNumber(first.row)));
  item.description = excerptAround(first.surroundings, Math.min(first.start, reach));
  item.tooltip = vscode.l10n.t("Line {0}: {1}", first.startPosition.line, first.message);
  item.contextValue = "finding";
  item.command = {
    command: "deceAudit.openFinding",
    title: vscode.l10n.t("Show in the dataset"),
    arguments: [source.uri, first],
  };
  return item;
}

function moreItem(node: MoreNode): vscode.TreeItem {
  const item = new vscode.TreeItem(vscode.l10n.t("{0} more", node.left));
  item.tooltip = vscode.l10n.t("Show more");
  item.iconPath = new vscode.ThemeIcon("ellipsis");
  item.command = { command: "deceAudit.showMoreFindings", title: vscode.l10n.t("Show more"), arguments: [node] };
  return item;
}
