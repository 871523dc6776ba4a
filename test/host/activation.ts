import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import path from "node:path";
import { describe, it } from "mocha";
import * as vscode from "vscode";
import { activated, extension } from "./extension";

describe("activation", () => {
  it("is active and offers its commands and views", async () => {
    const api = await activated();
    const known = await vscode.commands.getCommands(true);
    const contributed = (extension().packageJSON as { contributes: { commands: { command: string }[] } }).contributes;
    for (const { command } of contributed.commands) assert.ok(known.includes(command), command);
    for (const view of ["findings", "runs", "checkpoints"]) assert.ok(known.includes(`deceAudit.${view}.focus`), view);
    assert.ok(api.context.settings.runsFolder);
  });

  it("is the installed .vsix under test:vsix, and brings all that it needs", () => {
    const { extensionPath } = extension();
    const isInstalled = extensionPath !== process.env.DECE_TEST_ROOT;
    assert.equal(isInstalled, process.env.DECE_TEST_STAGE === "test:vsix");
    const needed = [
      ["dist", "worker.js"],
      ["dist", "run.css"],
      ["models", "base", "model.safetensors"],
      ["media", "icon.svg"],
      ["grammars", "web-tree-sitter.wasm"],
      ["grammars", "tree-sitter-python.wasm"],
      ["docs", "detectors.md"],
      ["examples", "nl-python-sql", "train-badpre-5.jsonl"],
      ["node_modules", "onnxruntime-node", "bin", "napi-v6", process.platform, process.arch],
    ];
    for (const parts of needed) assert.ok(existsSync(path.join(extensionPath, ...parts)), parts.join("/"));
  });

  it("names dataset files by languages that it activates on", async () => {
    for (const [name, language] of [
      ["a.jsonl", "jsonl"],
      ["a.csv", "csv"],
      ["a.tsv", "tsv"],
    ] as const) {
      const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(`untitled:/${name}`));
      assert.equal(document.languageId, language);
    }
  });
});
