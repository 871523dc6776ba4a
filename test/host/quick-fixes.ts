import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { before, describe, it } from "mocha";
import * as vscode from "vscode";
import type { ExtensionApi } from "../../src/extension";
import { codeSamples } from "./code-samples";
import { activated, fixture, jsonLines, openScanned, until, workspaceFolder } from "./extension";

const samples = codeSamples("dead-code");

describe("quick fixes", () => {
  let api: ExtensionApi;
  before(async () => {
    api = await activated();
  });

  /** The fixes that VS Code offers on the first suspect finding. */
  async function offered(editor: vscode.TextEditor) {
    const { uri } = editor.document;
    const { located } = api.context.scans.result(uri)!;
    const finding = located.find(({ verdict, rule }) => verdict === "suspect" && rule === "dead-code")!;
    const { line, column } = finding.startPosition;
    const at = new vscode.Range(line - 1, column - 1, line - 1, column);
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      "vscode.executeCodeActionProvider",
      uri,
      at,
    );
    const fix = (title: RegExp): vscode.CodeAction => {
      const found = actions.find((action) => title.test(action.title));
      assert.ok(found, `${String(title)} among ${actions.map((action) => action.title).join(" | ")}`);
      return found;
    };
    return { finding, fix };
  }
  const run = ({ command }: vscode.CodeAction) =>
    vscode.commands.executeCommand(command!.command, ...(command!.arguments as unknown[]));

  it("removes a sample, marks the others at once, and undoes it", async () => {
    const uri = await fixture("fix-remove.jsonl", jsonLines(samples));
    const editor = await openScanned(api, uri);
    const before = editor.document.getText();
    const { finding, fix } = await offered(editor);
    await run(fix(/^Remove sample/));
    const lines = before.split("\n");
    lines.splice(finding.row, 1);
    assert.equal(editor.document.getText(), lines.join("\n"));
    const result = await until("the scan of the unsaved text", () => api.context.scans.result(uri));
    assert.equal(result.report.samples.flagged, 35);
    await vscode.window.showTextDocument(uri);
    await vscode.commands.executeCommand("undo");
    assert.equal(editor.document.getText(), before);
  });

  it("moves all samples of a trigger to a quarantine file", async () => {
    const uri = await fixture("fix-quarantine.jsonl", jsonLines(samples));
    const editor = await openScanned(api, uri);
    const { fix } = await offered(editor);
    await run(fix(/^Quarantine all 36 samples/));
    const quarantine = path.join(path.dirname(uri.fsPath), "fix-quarantine.quarantine.jsonl");
    const moved = (await vscode.workspace.openTextDocument(quarantine)).getText();
    const left = editor.document.getText();
    assert.equal(moved.trim().split("\n").length, 36);
    const all = jsonLines(samples).trim().split("\n");
    assert.deepEqual([...moved.trim().split("\n"), ...left.trim().split("\n")].sort(), all.sort());
    await vscode.workspace.saveAll();
  });

  it("suppresses a finding with a reason that survives in the baseline, and takes it back", async () => {
    const uri = await fixture("fix-suppress.jsonl", jsonLines(samples));
    const editor = await openScanned(api, uri);
    const { finding, fix } = await offered(editor);
    const [argument] = fix(/^Suppress dead-code/).command!.arguments as [object];
    const undo = await vscode.commands.executeCommand<() => Promise<void>>("deceAudit.suppress", {
      ...argument,
      reason: "a feature switch of ours",
    });
    const baseline = path.join(workspaceFolder(), ".dece", "baseline.json");
    const text = await readFile(baseline, "utf8");
    assert.match(text, /a feature switch of ours/);
    assert.ok(!text.includes(samples[finding.row]!.buggy.split("\n")[0]!), "no dataset text in it");
    const { report } = api.context.scans.result(uri)!;
    assert.ok(report.suppressed?.some(({ row, rule }) => row === finding.row && rule === "dead-code"));
    assert.ok(!report.findings.some(({ row, rule }) => row === finding.row && rule === "dead-code"));
    await undo();
    assert.ok(
      api.context.scans
        .result(uri)!
        .report.findings.some(({ row, rule }) => row === finding.row && rule === "dead-code"),
    );
    assert.ok(existsSync(baseline));
  });
});
