/**
 * VS Code hands documents above 50 MB to no extension, so nothing in them can be marked. When such a dataset is opened as
 * text, one message says so and offers the Audit View.
 */
import path from "node:path";
import * as vscode from "vscode";
import type { Context } from "./context";
import { isTextFormat } from "./dataset-document";
import { largestDocument } from "./open-dataset-file";

export function offerAuditViewForLargeFiles(context: Context): vscode.Disposable {
  const offered = new Set<string>();
  const look = async (tabs: readonly vscode.Tab[]): Promise<void> => {
    for (const { input } of tabs) {
      if (!(input instanceof vscode.TabInputText) || input.uri.scheme !== "file" || !isTextFormat(input.uri.path))
        continue;
      const { uri } = input;
      const size = await vscode.workspace.fs.stat(uri).then(
        (entry) => entry.size,
        () => 0,
      );
      if (size <= largestDocument || offered.has(uri.toString())) continue;
      offered.add(uri.toString());
      await offer(context, uri);
    }
  };
  void look(vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs));
  return vscode.window.tabGroups.onDidChangeTabs(({ opened, changed }) => void look([...opened, ...changed]));
}

async function offer(context: Context, uri: vscode.Uri): Promise<void> {
  const open = vscode.l10n.t("Open in Audit View");
  const message = vscode.l10n.t("{0} is larger than 50 MB, so VS Code shows it to no extension and nothing in it can be marked. The Audit View reads it at any size.", path.basename(uri.path)); // prettier-ignore
  if ((await vscode.window.showInformationMessage(message, open)) === open) await context.audit.open(uri);
}
