/** The checkpoints that a user can start from or probe: the model that comes along, and what finished runs wrote. */
import path from "node:path";
import * as vscode from "vscode";
import { readRun } from "../job/read-run";
import type { Runs } from "./runs";
import { lossNames } from "../train/loss-names";

export interface KnownCheckpoint {
  /** A folder, or `builtin`: what a spec takes. */
  readonly reference: string;
  readonly label: string;
  readonly description: string;
}

const builtin: KnownCheckpoint = {
  reference: "builtin",
  label: vscode.l10n.t("Built-in base"),
  description: vscode.l10n.t("small T5-style model that comes along"),
};

/** The built-in one first, then those of finished fine-tuning runs, the newest first. */
export async function knownCheckpoints(runs: Runs): Promise<KnownCheckpoint[]> {
  const finished = (await runs.list()).filter(({ job, state }) => job === "finetune" && state === "finished");
  const read = await Promise.all(
    finished.map(async ({ directory }): Promise<KnownCheckpoint[]> => {
      const run = await readRun(directory).catch(() => undefined);
      const reference = (run?.report as { checkpoint?: unknown } | null | undefined)?.checkpoint;
      const spec = run?.record?.spec;
      if (typeof reference !== "string" || spec?.job !== "finetune") return [];
      const label = `${lossNames[spec.loss]} · ${path.basename(spec.data)}`;
      return [{ reference, label, description: run === undefined ? "" : new Date(run.started).toLocaleString() }];
    }),
  );
  return [builtin, ...read.flat()];
}

export class CheckpointsTree implements vscode.TreeDataProvider<KnownCheckpoint>, vscode.Disposable {
  readonly onDidChangeTreeData: vscode.Event<void>;
  readonly #registration: vscode.Disposable;

  constructor(private readonly runs: Runs) {
    this.onDidChangeTreeData = runs.onDidChange;
    this.#registration = vscode.window.registerTreeDataProvider("deceAudit.checkpoints", this);
  }

  getChildren(node?: KnownCheckpoint): Promise<KnownCheckpoint[]> {
    return node === undefined ? knownCheckpoints(this.runs) : Promise.resolve([]);
  }

  getTreeItem({ reference, label, description }: KnownCheckpoint): vscode.TreeItem {
    const item = new vscode.TreeItem(label);
    item.description = description;
    item.tooltip = reference;
    item.iconPath = new vscode.ThemeIcon("package");
    item.contextValue = "checkpoint";
    return item;
  }

  dispose(): void {
    this.#registration.dispose();
  }
}
