/** What the in-host tests share: the extension's API, files of their own, and patience. */
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import * as vscode from "vscode";
import type { ExtensionApi } from "../../src/extension";

const extensionId = "dece-audit.dece-audit";

/** The extension, activated: the one in development, or the installed one under test:vsix. */
export async function activated(): Promise<ExtensionApi> {
  return extension().activate();
}

export function extension(): vscode.Extension<ExtensionApi> {
  const found = vscode.extensions.getExtension<ExtensionApi>(extensionId);
  assert.ok(found, "the extension is there");
  return found;
}

export const workspaceFolder = (): string => vscode.workspace.workspaceFolders![0]!.uri.fsPath;

/** The copy of the examples in the workspace. */
export const example = (name: string): string => path.join(workspaceFolder(), "examples/nl-python-sql", name);

/** Writes a file of the test's own into the workspace. */
export async function fixture(name: string, content: string): Promise<vscode.Uri> {
  const file = path.join(workspaceFolder(), "fixtures", name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, content);
  return vscode.Uri.file(file);
}

export const jsonLines = (records: readonly unknown[]): string =>
  records.map((record) => `${JSON.stringify(record)}\n`).join("");

/** Waits for `probe` to give something; throws after `seconds`. */
export async function until<Value>(
  what: string,
  probe: () => Value | undefined | false | Promise<Value | undefined | false>,
  seconds = 30,
): Promise<Value> {
  const deadline = Date.now() + seconds * 1_000;
  for (;;) {
    const value = await probe();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > deadline) throw new Error(`waited ${seconds} s for ${what}`);
    await pause(50);
  }
}

/** Opens a file as a user does and waits for its automatic scan. */
export async function openScanned(api: ExtensionApi, uri: vscode.Uri): Promise<vscode.TextEditor> {
  const editor = await vscode.window.showTextDocument(uri);
  const scanned = (): boolean => {
    const state = api.context.scans.state(uri);
    if (state?.type === "failed") throw new Error(state.reason);
    return state?.type === "scanned";
  };
  // Seconds on an idle machine; a busy one may take its time.
  await until(`the scan of ${uri.path}`, scanned, 120);
  return editor;
}
