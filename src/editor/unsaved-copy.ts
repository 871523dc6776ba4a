/** The worker reads files only, so unsaved text is handed over as one, under the same suffix. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type * as vscode from "vscode";

/** Calls `use` with a private copy of the document's text, which is removed afterwards. */
export async function withCopy<Value>(
  document: vscode.TextDocument,
  use: (copy: string) => Promise<Value>,
): Promise<Value> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "dece-audit-"));
  try {
    const suffix = path.extname(document.fileName) || `.${document.languageId}`;
    const copy = path.join(folder, `unsaved${suffix}`);
    await writeFile(copy, document.getText(), { mode: 0o600 });
    return await use(copy);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
