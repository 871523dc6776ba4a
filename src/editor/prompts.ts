/** The questions that commands ask. Each resolves to undefined when the user presses Escape: the command then ends. */
import path from "node:path";
import * as vscode from "vscode";
import { Failure } from "../foundation/failure";
import { isAuditView } from "../panel/audit-editor";
import { datasetLanguages } from "./dataset-document";

const datasetGlob =
  "**/*.{jsonl,ndjson,json,csv,tsv,parquet,parq,pqt,jsonl.gz,json.gz,csv.gz,tsv.gz,jsonl.zst,json.zst,csv.zst,tsv.zst}";
const ignoredGlob = "**/{node_modules,.dece,.git,.vscode,dist,out}/**";
/** JSON that belongs to tools, and the lists of poisoned rows. */
const notDatasets = /(?:\.truth|package(?:-lock)?|tsconfig[^/]*|settings|config)\.json$/;

interface ValueItem<Value> extends vscode.QuickPickItem {
  readonly value: Value;
}

/** One of some values. */
export async function pick<Value>(title: string, items: readonly ValueItem<Value>[]): Promise<Value | undefined> {
  return (await vscode.window.showQuickPick(items, { title, matchOnDescription: true, matchOnDetail: true }))?.value;
}

/** The dataset that the active editor shows, if it shows one. */
export function activeDataset(): vscode.Uri | undefined {
  const document = vscode.window.activeTextEditor?.document;
  const isDataset =
    document?.uri.scheme === "file" &&
    (datasetLanguages as readonly string[]).includes(document.languageId) &&
    !notDatasets.test(document.uri.path);
  return isDataset ? document.uri : auditedFile();
}

/** The file that the active tab shows in the Audit View. */
export function auditedFile(): vscode.Uri | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  return input instanceof vscode.TabInputCustom && isAuditView(input.viewType) ? input.uri : undefined;
}

const browse = { label: vscode.l10n.t("$(folder-opened) Browse…"), value: "browse" } as const;

function fileItem(uri: vscode.Uri, description?: string): ValueItem<string> {
  const folder = path.dirname(vscode.workspace.asRelativePath(uri));
  return {
    label: `$(database) ${path.basename(uri.path)}`,
    description: description ?? (folder === "." ? "" : folder),
    value: uri.fsPath,
  };
}

/** A dataset file: the active one first, then the workspace's, then any other. `none` adds a way to go without. */
export async function pickDataset(
  title: string,
  options: { readonly none?: string } = {},
): Promise<string | undefined> {
  const active = activeDataset();
  const found = await vscode.workspace.findFiles(datasetGlob, ignoredGlob, 500);
  const others = found
    .filter((uri) => !notDatasets.test(uri.path) && uri.toString() !== active?.toString())
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  const items: ValueItem<string>[] = [
    ...(options.none === undefined ? [] : [{ label: `$(circle-slash) ${options.none}`, value: "" }]),
    ...(active === undefined ? [] : [fileItem(active, vscode.l10n.t("the active editor's"))]),
    ...others.map((uri) => fileItem(uri)),
    browse,
  ];
  const choice = await pick(title, items);
  if (choice !== browse.value) return choice;
  const filters = {
    [vscode.l10n.t("Datasets")]: ["jsonl", "ndjson", "json", "csv", "tsv", "parquet", "parq", "pqt", "gz", "zst"],
  };
  return (await vscode.window.showOpenDialog({ title, filters }))?.[0]?.fsPath;
}

export async function pickFolder(title: string): Promise<string | undefined> {
  const chosen = await vscode.window.showOpenDialog({
    title,
    canSelectFolders: true,
    canSelectFiles: false,
    openLabel: vscode.l10n.t("Choose"),
  });
  return chosen?.[0]?.fsPath;
}

/** A line of text; `check` throws a `Failure` that says what would be right. */
export function askText(
  title: string,
  options: { readonly value: string; readonly prompt?: string; readonly check?: (text: string) => void },
): Thenable<string | undefined> {
  const { value, prompt, check } = options;
  return vscode.window.showInputBox({
    title,
    value,
    ...(prompt === undefined ? {} : { prompt }),
    validateInput: (text) => {
      try {
        check?.(text);
        return undefined;
      } catch (error) {
        return error instanceof Failure ? error.oneLine : String(error);
      }
    },
  });
}

/** Where a new file goes; VS Code itself asks before one is replaced. */
export async function askSaveFile(title: string, proposal: string): Promise<string | undefined> {
  return (await vscode.window.showSaveDialog({ title, defaultUri: vscode.Uri.file(proposal) }))?.fsPath;
}

/** `train.jsonl` with `middle` before the suffix (`train.jsonl.gz`: before both), in the same folder. */
export function besideWith(file: string, middle: string): string {
  const { dir, base } = path.parse(file);
  const suffix = /(?:\.[^.]+)?(?:\.(?:gz|zst))?$/i.exec(base)![0];
  return path.join(dir, `${base.slice(0, base.length - suffix.length)}.${middle}${suffix}`);
}
