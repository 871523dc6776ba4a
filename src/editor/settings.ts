/** The `deceAudit.*` settings, read afresh each time so that no change is missed. */
import * as vscode from "vscode";

export type DeviceSetting = "auto" | "cpu" | "webgpu";

const devices: readonly string[] = ["auto", "cpu", "webgpu"] satisfies DeviceSetting[];

export class Settings {
  scanOnOpen(scope: vscode.Uri): boolean {
    return this.#read(scope).get("scanOnOpen", true);
  }

  get device(): DeviceSetting {
    const device = this.#read().get<unknown>("device");
    return typeof device === "string" && devices.includes(device) ? (device as DeviceSetting) : "auto";
  }

  /** A folder, or `builtin`. */
  get checkpoint(): string {
    const checkpoint = this.#read().get("checkpoint", "builtin").trim();
    return checkpoint === "" ? "builtin" : checkpoint;
  }

  /** The folder whose `.dece/runs` records runs; undefined without a setting and without an open folder. */
  get runsFolder(): string | undefined {
    const stated = this.#read().get("runsFolder", "").trim();
    return stated === "" ? vscode.workspace.workspaceFolders?.[0]?.uri.fsPath : stated;
  }

  #read(scope?: vscode.Uri): vscode.WorkspaceConfiguration {
    return vscode.workspace.getConfiguration("deceAudit", scope);
  }
}
