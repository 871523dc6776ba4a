/**
 * The context keys that `when` clauses ask for, so that the command palette offers no command that has nothing to work on. The
 * keys for runs say what is not there: before the extension is active they are unset, and the commands are offered.
 */
import * as vscode from "vscode";
import { isResumable } from "../job/read-run";
import type { Runs } from "./runs";
import type { Scans } from "./scans";

/** Keeps them true as long as it is not disposed. */
export function keepContextKeys(scans: Scans, runs: Runs): vscode.Disposable {
  const known = new Map<string, boolean>();
  const set = (key: string, value: boolean): void => {
    if (known.get(key) === value) return;
    known.set(key, value);
    void vscode.commands.executeCommand("setContext", key, value);
  };
  const lookAtScans = (): void => set("deceAudit.scanning", scans.scanning().length > 0);
  const lookAtRuns = async (): Promise<void> => {
    const all = await runs.list();
    set("deceAudit.noRuns", all.length === 0);
    set("deceAudit.noResumableRun", !all.some(isResumable));
  };
  lookAtScans();
  void lookAtRuns();
  return vscode.Disposable.from(
    scans.onDidChange(lookAtScans),
    runs.onDidChange(() => void lookAtRuns()),
  );
}
