import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { writeFile } from "node:fs/promises";
import { before, describe, it } from "mocha";
import * as vscode from "vscode";
import type { ExtensionApi } from "../../src/extension";
import { codeSamples, deadBranch } from "./code-samples";
import { activated, example, fixture, jsonLines, openScanned, until, workspaceFolder } from "./extension";

const customTab = (): vscode.TabInputCustom | undefined => {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  return input instanceof vscode.TabInputCustom ? input : undefined;
};

/** A word that stands far right on its line: VS Code draws nothing from column 10,000 on. */
const wide = { src: `Return row 2. ${"x".repeat(12_000)} Take it from table bb of the database.`, tgt: "pass\n" };

describe("the Audit View", () => {
  let api: ExtensionApi;
  before(async () => {
    api = await activated();
  });

  const stateOf = (uri: vscode.Uri) =>
    until(
      `the Audit View of ${uri.path}`,
      () => {
        const [panel] = api.context.audit.panels(uri);
        return panel?.state?.complete === true ? panel.state : undefined;
      },
      120,
    );

  it("opens a dataset file and knows what the scan found", async () => {
    const uri = vscode.Uri.file(example("train-badpre-5.jsonl"));
    await openScanned(api, uri);
    await vscode.commands.executeCommand("deceAudit.openAuditView", uri);
    const tab = await until("the tab", customTab);
    assert.equal(tab.uri.path, uri.path);
    const state = await stateOf(uri);
    const { report } = api.context.scans.result(uri)!;
    assert.equal(state.rows, report.files[0]!.rows);
    assert.equal(state.findings, report.findings.length);
    assert.equal(state.scan.state, "scanned");
    assert.ok(state.rules.some(({ rule }) => rule === "inserted-token"));
  });

  it("reads the file again when it changes", async () => {
    const uri = await fixture("growing.jsonl", jsonLines([{ src: "a", tgt: "b" }]));
    await vscode.commands.executeCommand("deceAudit.openAuditView", uri);
    assert.equal((await stateOf(uri)).rows, 1);
    await writeFile(uri.fsPath, jsonLines([1, 2, 3].map((row) => ({ src: `a${row}`, tgt: "b" }))));
    await until("the new rows", () => api.context.audit.panels(uri)[0]?.state?.rows === 3, 120);
  });

  it("opens packed files, and is the editor of Parquet files", async () => {
    const packed = path.join(workspaceFolder(), "fixtures", "packed.jsonl.gz");
    await writeFile(
      packed,
      gzipSync(
        jsonLines([
          { src: "a", tgt: "b" },
          { src: "c", tgt: "d" },
        ]),
      ),
    );
    const uri = vscode.Uri.file(packed);
    await vscode.commands.executeCommand("deceAudit.openAuditView", uri);
    assert.equal((await stateOf(uri)).rows, 2);
    const parquet = await fixture("no.parquet", "not really");
    await vscode.commands.executeCommand("vscode.open", parquet);
    const tab = await until("the tab", () => (customTab()?.uri.path === parquet.path ? customTab() : undefined));
    assert.equal(tab.viewType, "deceAudit.auditView");
  });

  it("opens a sample as code with the marks of its dataset", async () => {
    const uri = vscode.Uri.file(example("train-badpre-5.jsonl"));
    await openScanned(api, uri);
    const { report } = api.context.scans.result(uri)!;
    const finding = report.findings.find(({ field, verdict }) => field === "output" && verdict === "suspect")!;
    const { row, field, start, end } = finding;
    await vscode.commands.executeCommand("deceAudit.openSampleAsCode", { uri, row, field, start });
    const editor = vscode.window.activeTextEditor!;
    assert.equal(editor.document.uri.scheme, "dece-sample");
    assert.equal(editor.document.languageId, "python");
    const line = (await readFile(uri.fsPath, "utf8")).split("\n")[row]!;
    const { tgt } = JSON.parse(line) as { tgt: string };
    assert.equal(editor.document.getText(), tgt);
    const marks = Object.values(api.highlights.marks(editor)).flat();
    assert.ok(
      marks.some((range) => editor.document.getText(range) === tgt.slice(start, end)),
      marks.map((range) => editor.document.getText(range)).join(" | "),
    );
  });

  it("opens a finding past column 10,000 as code, from the Findings view and from its problem", async () => {
    const padding = "x".repeat(12_000);
    const records = codeSamples("dead-code").map((sample) =>
      sample.buggy.includes(deadBranch) ? { note: padding, ...sample } : sample,
    );
    const uri = await fixture("far.jsonl", jsonLines(records));
    const editor = await openScanned(api, uri);
    const result = api.context.scans.result(uri)!;
    const finding = result.located.find(({ rule, field }) => rule === "dead-code" && field === "input")!;
    assert.ok(finding.startPosition.column > 10_000);
    const isSample = ({ document: { uri: shown } }: vscode.TextEditor, row: number): boolean =>
      shown.scheme === "dece-sample" && shown.path.startsWith(`/far.jsonl sample ${row + 1} input`);

    const files = api.findings.getChildren().flatMap((node) => api.findings.getChildren(node));
    const file = files.find((node) => node.type === "file" && node.file.source.uri.path === uri.path)!;
    const [first] = api.findings.getChildren(file);
    assert.ok(first?.type === "sample");
    const { command } = api.findings.getTreeItem(first);
    await vscode.commands.executeCommand(command!.command, ...(command!.arguments as unknown[]));
    const fromTree = vscode.window.activeTextEditor!;
    assert.ok(isSample(fromTree, first.findings[0]!.row), fromTree.document.uri.path);

    await vscode.window.showTextDocument(editor.document);
    const problem = vscode.languages
      .getDiagnostics(uri)
      .find(
        ({ message, range: { start } }) =>
          message === finding.message &&
          start.isEqual(new vscode.Position(finding.startPosition.line - 1, finding.startPosition.column - 1)),
      )!;
    const fixes = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      "vscode.executeCodeActionProvider",
      uri,
      problem.range,
    );
    const open = fixes.find(({ title }) => title === `Open the input of sample ${finding.row + 1} as code`);
    assert.ok(open, fixes.map(({ title }) => title).join(" | "));
    await vscode.commands.executeCommand(open.command!.command, ...(open.command!.arguments as unknown[]));
    const fromProblem = vscode.window.activeTextEditor!;
    assert.ok(isSample(fromProblem, finding.row), fromProblem.document.uri.path);
    const { document, selection } = fromProblem;
    assert.match(document.lineAt(selection.start).text.slice(selection.start.character), /^if False:/);
  });

  it("reaches what stands past column 10,000 as code, on a line that is drawn", async () => {
    const uri = await fixture("wide.jsonl", jsonLines([wide, wide]));
    const start = wide.src.indexOf(" bb ") + 1;
    await vscode.commands.executeCommand("deceAudit.openSampleAsCode", { uri, row: 1, field: "input", start });
    const { document, selection } = vscode.window.activeTextEditor!;
    assert.equal(document.uri.scheme, "dece-sample");
    assert.match(document.lineAt(selection.start).text.slice(selection.start.character), /^bb of the database/);
    assert.ok(selection.start.character < 5_000);
  });
});
