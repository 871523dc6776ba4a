/** "Suppress with a reason": accepts a rule's findings in a sample, in the workspace's .dece/baseline.json; it can be undone. */
import path from "node:path";
import * as vscode from "vscode";
import { baselinePath, sampleHash, suppress, unsuppress, type NewSuppression } from "../job/baseline";
import { Failure } from "../foundation/failure";
import type { Context } from "./context";
import { baselineFolder } from "./jobs";
import { askText } from "./prompts";

export interface SuppressedPlace {
  readonly row: number;
  readonly rule: string;
}

/**
 * Asks for the reason unless it is given, writes it down, and scans again. Resolves to how to take it back, or undefined
 * after Escape. The dataset itself stays as it is.
 */
export async function suppressFindings(
  context: Context,
  uri: vscode.Uri,
  places: readonly SuppressedPlace[],
  given?: string,
): Promise<(() => Promise<void>) | undefined> {
  const names = [...new Set(places.map(({ rule }) => rule))].join(", ");
  const reason = given ?? (await askReason(names, places.length));
  if (reason === undefined) return undefined;
  const folder = baselineFolder(uri);
  const accepted: NewSuppression[] = [];
  for (const { row, rule } of places) {
    const { input, output } = await context.jobs.sample(uri.fsPath, row);
    accepted.push({ hash: sampleHash(input, output), rule, reason });
  }
  await suppress(folder, accepted);
  await context.scans.scan(uri);
  const undo = async (): Promise<void> => {
    await unsuppress(folder, accepted);
    await context.scans.scan(uri);
  };
  void offerUndo(context, names, baselinePath(folder), undo);
  return undo;
}

async function offerUndo(context: Context, names: string, file: string, undo: () => Promise<void>): Promise<void> {
  const [undoLabel, show] = [vscode.l10n.t("Undo"), vscode.l10n.t("Show Baseline")];
  const message = vscode.l10n.t("Suppressed {0}: the reason is in {1}.", names, vscode.workspace.asRelativePath(file));
  const choice = await vscode.window.showInformationMessage(message, undoLabel, show);
  if (choice === undoLabel) await undo().catch((error: unknown) => context.tell(error));
  if (choice === show) await vscode.window.showTextDocument(vscode.Uri.file(file));
}

const askReason = (names: string, count: number): Thenable<string | undefined> =>
  askText(vscode.l10n.t("Suppress {0}", names), {
    value: "",
    prompt:
      count === 1
        ? vscode.l10n.t("Why is this sample all right? The reason is kept in .dece/baseline.json")
        : vscode.l10n.t("Why are these {0} findings all right? The reason is kept in .dece/baseline.json", count),
    check: (text) => {
      if (text.trim() === "") throw new Failure("a reason is needed");
    },
  });

/** What the palette's and the quick fix's command takes. */
export interface SuppressArgument {
  readonly uri: vscode.Uri;
  readonly places: readonly SuppressedPlace[];
  readonly reason?: string;
}

export async function suppressCommand(
  context: Context,
  { uri, places, reason }: SuppressArgument,
): Promise<(() => Promise<void>) | undefined> {
  const dirty = vscode.workspace.textDocuments.find((open) => open.uri.toString() === uri.toString())?.isDirty;
  if (dirty === true) {
    throw new Failure("it has unsaved changes", { file: path.basename(uri.fsPath), remedy: "Save it first" });
  }
  return suppressFindings(context, uri, places, reason);
}
