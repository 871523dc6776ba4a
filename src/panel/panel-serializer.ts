/** Brings the panels of run directories back after a reload of the window. */
import type * as vscode from "vscode";
import type { PanelState } from "./protocol";

/** `open` gets the directory that the page had kept; a page without one is closed. */
export const panelSerializer = (
  open: (panel: vscode.WebviewPanel, directory: string) => unknown,
): vscode.WebviewPanelSerializer => ({
  deserializeWebviewPanel(panel, state: Partial<PanelState> | undefined): Thenable<void> {
    if (typeof state?.directory === "string") open(panel, state.directory);
    else panel.dispose();
    return Promise.resolve();
  },
});
