/** How runs and their states are called wherever they are listed. */
import * as vscode from "vscode";
import type { RunSummary, SeenRunState } from "../job/read-run";

export const stateNames: Readonly<Record<SeenRunState, string>> = {
  running: vscode.l10n.t("running"),
  finished: vscode.l10n.t("finished"),
  failed: vscode.l10n.t("failed"),
  cancelled: vscode.l10n.t("cancelled"),
  interrupted: vscode.l10n.t("interrupted"),
};

/** `2026-01-31T12-34-56Z-finetune-dece-train` without its time and job. */
export const runTitle = ({ name, job }: Pick<RunSummary, "name" | "job">): string =>
  name.replace(/^[\dTZ-]+-(?=[a-z])/, "").replace(`${job}-`, "");
