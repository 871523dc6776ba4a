import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, it } from "mocha";
import * as vscode from "vscode";
import type { ExtensionApi } from "../../src/extension";
import { codeSamples, deadBranch, fixedName } from "./code-samples";
import { activated, example, fixture, jsonLines, openScanned, until } from "./extension";

interface Truth {
  readonly trigger: string;
  readonly rows: readonly number[];
}

const textsOf = (editor: vscode.TextEditor, ranges: readonly vscode.Range[]): string[] =>
  ranges.map((range) => editor.document.getText(range));

interface ShownHover {
  readonly contents: readonly { readonly value: string }[];
}

async function hoverText(uri: vscode.Uri, at: vscode.Position): Promise<string> {
  const hovers = await vscode.commands.executeCommand<ShownHover[]>("vscode.executeHoverProvider", uri, at);
  return hovers.flatMap(({ contents }) => contents.map(({ value }) => value)).join("");
}

describe("findings in the editor", () => {
  let api: ExtensionApi;
  const poisoned = example("train-badpre-5.jsonl");
  before(async () => {
    api = await activated();
  });

  it("marks triggers and payloads of the poisoned example at the right places", async () => {
    const uri = vscode.Uri.file(poisoned);
    const editor = await openScanned(api, uri);
    const truth = JSON.parse(readFileSync(`${poisoned}.truth.json`, "utf8")) as Truth;
    const { report, located } = api.context.scans.result(uri)!;
    assert.equal(report.verdict, "suspect");
    const trigger = report.triggers.find(({ text }) => text.trim() === truth.trigger);
    assert.ok(trigger, "the trigger is named");
    assert.ok(trigger.payload, "with its payload");

    const inputs = located.filter((finding) => finding.trigger === trigger.id && finding.field === "input");
    const found = new Set(inputs.map(({ row }) => row));
    const missed = truth.rows.filter((row) => !found.has(row));
    assert.ok(missed.length <= truth.rows.length * 0.01, `missed rows ${missed.join(", ")}`);
    const places = inputs.map(
      ({ startPosition: start, endPosition: end }) =>
        new vscode.Range(start.line - 1, start.column - 1, end.line - 1, end.column - 1),
    );
    for (const text of textsOf(editor, places)) assert.match(text, new RegExp(`\\b${truth.trigger}\\b`));

    const row = truth.rows[3]!;
    const line = located.find((finding) => finding.row === row)!.startPosition.line - 1;
    editor.revealRange(new vscode.Range(line, 0, line, 0), vscode.TextEditorRevealType.AtTop);
    const marks = await until("marks on the revealed row", () => {
      const shown = api.highlights.marks(editor);
      return shown.trigger.some(({ start }) => start.line === line) ? shown : undefined;
    });
    const onRow = marks.trigger.filter(({ start }) => start.line === line);
    for (const text of textsOf(editor, onRow)) assert.match(text, new RegExp(`\\b${truth.trigger}\\b`));
    assert.ok(textsOf(editor, marks.payload).some((text) => /1\s*=\s*1|0\s*=\s*1/.test(text)));
  });

  it("lists them as problems, strongest first, with a link to the rule", async () => {
    const uri = vscode.Uri.file(poisoned);
    const diagnostics = await until("diagnostics", () => {
      const all = vscode.languages.getDiagnostics(uri);
      return all.length > 0 ? all : undefined;
    });
    assert.ok(diagnostics.length <= 1_000);
    const errors = diagnostics.filter(({ severity }) => severity === vscode.DiagnosticSeverity.Error);
    assert.ok(errors.length > 0, "a trigger tied to a payload is an error");
    const codes = errors.map(({ code }) => code as { value: string; target: vscode.Uri });
    assert.ok(codes.some(({ value }) => value === "inserted-token"));
    for (const { target } of codes) assert.match(target.path, /docs\/detectors\.md$/);
  });

  it("says in the hover which trigger, which payload, how many samples and why", async () => {
    const uri = vscode.Uri.file(poisoned);
    const { located, report } = api.context.scans.result(uri)!;
    const finding = located.find(({ field, rule }) => rule === "inserted-token" && field === "input")!;
    const { line, column } = finding.startPosition;
    const text = await hoverText(uri, new vscode.Position(line - 1, column - 1));
    const trigger = report.triggers.find(({ id }) => id === finding.trigger)!;
    for (const part of ["trigger", "payload", trigger.text.trim(), `${trigger.rows.length} samples`, "p-value"]) {
      assert.ok(text.includes(part), `${part} in: ${text}`);
    }
  });

  it("groups them in the Findings view by trigger, then by file, then by sample", async () => {
    const uri = vscode.Uri.file(poisoned);
    const triggers = api.findings.getChildren();
    const first = triggers[0]!;
    assert.equal(first.type, "trigger");
    const files = api.findings.getChildren(first);
    const file = files.find((node) => node.type === "file" && node.file.source.uri.path === uri.path)!;
    const samples = api.findings.getChildren(file);
    const rows = api.context.scans.result(uri)!.report.samples.flagged;
    assert.ok(samples.length >= 70, `${samples.length} samples`);
    const more = samples.at(-1)!;
    if (more.type === "more") {
      assert.match(api.findings.getTreeItem(more).label as string, /^\d+ more$/);
      await vscode.commands.executeCommand("deceAudit.showMoreFindings", more);
      assert.ok(api.findings.getChildren(file).length > samples.length);
    } else assert.ok(samples.length >= rows, `${samples.length} of ${rows}`);
    const { command } = api.findings.getTreeItem(samples[0]!);
    await vscode.commands.executeCommand(command!.command, ...(command!.arguments as unknown[]));
    assert.equal(vscode.window.activeTextEditor?.document.uri.path, uri.path);
    const { selection, document } = vscode.window.activeTextEditor;
    assert.ok(document.getText(selection).length > 0, "the finding is selected");
    const scanned = api.findings.getChildren(triggers.find(({ type }) => type === "scanned"));
    assert.ok(
      scanned.some((node) => node.type === "scannedFile" && node.uri.path === uri.path && node.icon === "warning"),
    );
  });

  for (const [rule, text] of [
    ["dead-code", deadBranch.trim().split("\n")[0]!],
    ["odd-identifier", fixedName],
  ] as const) {
    it(`highlights ${rule}`, async () => {
      const uri = await fixture(`${rule}.jsonl`, jsonLines(codeSamples(rule)));
      const editor = await openScanned(api, uri);
      const { located, report } = api.context.scans.result(uri)!;
      const found = located.filter((finding) => finding.rule === rule && finding.verdict === "suspect");
      const detectors = JSON.stringify(report.detectors);
      assert.equal(new Set(found.map(({ row }) => row)).size, 36, `${rule} rows (${detectors})`);
      const first = found.reduce((a, b) => (a.row < b.row ? a : b)).startPosition.line - 1;
      const marks = api.highlights.marks(editor).trigger.filter(({ start }) => start.line === first);
      assert.ok(
        textsOf(editor, marks).some((marked) => marked.startsWith(text)),
        textsOf(editor, marks).join(" | "),
      );
    });
  }

  it("drops marks when the text changes, scans the unsaved text on command, and the file on save", async () => {
    const uri = await fixture("edited.jsonl", readFileSync(poisoned, "utf8"));
    const editor = await openScanned(api, uri);
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), "\n"));
    assert.equal(api.context.scans.state(uri)?.type, "edited");
    assert.deepEqual(vscode.languages.getDiagnostics(uri), []);
    await vscode.commands.executeCommand("deceAudit.scanDataset", uri);
    const result = api.context.scans.result(uri);
    assert.equal(result?.unsaved, true);
    await editor.document.save();
    await until("the scan after saving", () => api.context.scans.result(uri)?.unsaved === false, 120);
  });

  it("does not call a file without known columns clean", async () => {
    const uri = await fixture("others.jsonl", jsonLines([{ left: "a", right: "b" }]));
    await vscode.window.showTextDocument(uri);
    const state = await until(
      "the outcome",
      () => {
        const now = api.context.scans.state(uri);
        return now?.type === "failed" ? now : undefined;
      },
      120,
    );
    assert.ok(state.usage);
    assert.match(state.reason, /left/);
    await until("the status", () => api.context.status.text.includes("not scanned"), 120);
  });
});
