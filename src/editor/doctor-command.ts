/** "Check This Machine": runs the doctor in the worker and shows what it found as a read-only document. */
import * as vscode from "vscode";
import type { DoctorReport } from "../job/doctor/report";
import { doctorText } from "../job/doctor/text";
import type { Context } from "./context";
import { runWithProgress } from "./run-with-progress";

const scheme = "dece-doctor";
const address = vscode.Uri.from({ scheme, path: "/DeCE Audit Doctor.txt" });

/** The last report; after a reload of the window there is none until the command runs again. */
class DoctorDocument implements vscode.TextDocumentContentProvider {
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.#changed.event;
  #text = vscode.l10n.t("Run “Check This Machine (Doctor)” again.");

  provideTextDocumentContent(): string {
    return this.#text;
  }

  show(report: DoctorReport): Thenable<unknown> {
    this.#text = `${doctorText(report)}\n`;
    this.#changed.fire(address);
    return vscode.window.showTextDocument(address, { preview: true });
  }
}

const shown = new DoctorDocument();

export const provideDoctorDocument = (): vscode.Disposable =>
  vscode.workspace.registerTextDocumentContentProvider(scheme, shown);

export async function doctorCommand(context: Context): Promise<DoctorReport> {
  const { report } = await runWithProgress(context, vscode.l10n.t("Checking this machine"), { job: "doctor" });
  await shown.show(report);
  return report;
}
