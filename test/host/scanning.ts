import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, it } from "mocha";
import * as vscode from "vscode";
import type { ExtensionApi } from "../../src/extension";
import { activated, example, fixture, until } from "./extension";

describe("a scan that goes on", () => {
  let api: ExtensionApi;
  const poisoned = readFileSync(example("train-badpre-5.jsonl"), "utf8");
  before(async () => {
    api = await activated();
  });

  it("marks what the first samples show before it ends", async () => {
    assert.ok(poisoned.trim().split("\n").length >= 4_000);
    const uri = await fixture("first.jsonl", poisoned);
    const editor = await vscode.window.showTextDocument(uri);
    const marks = await until(
      "the first marks",
      () => {
        const state = api.context.scans.state(uri);
        assert.notEqual(state?.type, "scanned", "marks came with the scan's end only");
        if (state?.type !== "scanning" || state.first === null) return undefined;
        const { trigger } = api.highlights.marks(editor);
        return trigger.length > 0 ? trigger : undefined;
      },
      120,
    );
    for (const range of marks) assert.match(editor.document.getText(range), /\bbb\b/);
    assert.match(api.context.status.text, /scanning first\.jsonl/);
    api.context.scans.cancel(uri);
    await until("its end", () => api.context.scans.state(uri) === undefined);
  });

  it("is cancelled from the status bar and from its entry in the Findings view, and nothing is called clean", async () => {
    const going = (uri: vscode.Uri): boolean => api.context.scans.state(uri)?.type === "scanning";
    const entries = () => {
      const scanned = api.findings.getChildren().find(({ type }) => type === "scanned");
      return scanned === undefined ? [] : api.findings.getChildren(scanned);
    };
    const one = await fixture("cancel-one.jsonl", poisoned);
    const two = await fixture("cancel-two.jsonl", poisoned);
    const scans = [one, two].map((uri) => vscode.commands.executeCommand("deceAudit.scanDataset", uri));
    await until("both scans", () => going(one) && going(two));
    assert.match(api.context.status.text, /scanning 2 files/);

    const entry = entries().find((node) => node.type === "scannedFile" && node.uri.path === two.path)!;
    assert.equal(api.findings.getTreeItem(entry).contextValue, "scanningFile");
    await vscode.commands.executeCommand("deceAudit.cancelScan", entry);
    await until("the end of the second", () => !going(two));
    assert.ok(going(one), "the other one goes on");
    assert.match(api.context.status.text, /scanning cancel-one\.jsonl/);

    await vscode.commands.executeCommand("deceAudit.cancelScan");
    assert.deepEqual(await Promise.all(scans), [undefined, undefined]);
    for (const uri of [one, two]) assert.equal(api.context.scans.state(uri), undefined);
    assert.ok(!entries().some((node) => node.type === "scannedFile" && node.uri.path === one.path));
    assert.doesNotMatch(api.context.status.text, /scanning|clean/);
  });
});
