/** The whole story as a user sees it: highlights, hover, fine-tuning in the Run panel, the ASR Probe panel. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, afterEach, before, describe, it } from "mocha";
import type { FrameLocator } from "playwright-core";
import { writeCheckpoint } from "../../src/model/checkpoint";
import { tinyCheckpoint } from "../support/tiny-checkpoint";
import { openWorkbench, panelOf, type Workbench } from "./workbench";

/** The first records of a dataset in the workspace, as a dataset of their own. */
function writeHead(workbench: Workbench, from: string, to: string, count: number): void {
  const { workspace } = workbench.server;
  const lines = readFileSync(path.join(workspace, from), "utf8").split("\n").slice(0, count);
  writeFileSync(path.join(workspace, to), `${lines.join("\n")}\n`);
}

describe("DeCE Audit in VS Code", () => {
  let workbench: Workbench;
  const folder = mkdtempSync(path.join(os.tmpdir(), "dece-e2e-"));
  before(async () => {
    const checkpoint = path.join(folder, "tiny-model");
    await writeCheckpoint(checkpoint, tinyCheckpoint());
    workbench = await openWorkbench({ "deceAudit.checkpoint": checkpoint });
    await workbench.theme("Dark Modern");
    writeHead(workbench, "train-badpre-5.jsonl", "small.jsonl", 40);
    writeHead(workbench, "valid.jsonl", "valid.jsonl", 6);
    writeHead(workbench, "test.jsonl", "test.jsonl", 8);
  });
  afterEach(async function () {
    if (this.currentTest?.state === "failed") await workbench.screenshot(`failed-${this.currentTest.title}`);
  });
  after(async () => {
    await workbench.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("highlights the triggers of the poisoned example and explains them on hover", async () => {
    const { page } = workbench;
    const editor = await workbench.openFile("train-badpre-5.jsonl");
    const status = page.locator(".statusbar-item", { hasText: "samples flagged" });
    await status.waitFor({ timeout: 60_000 });
    assert.match((await status.textContent()) ?? "", /\d+ of \d+ samples flagged/);

    await status.click();
    const tree = page.locator(".pane", { hasText: "Findings" }).locator(".monaco-list-row");
    await tree.filter({ hasText: "→" }).first().click();
    await tree
      .filter({ hasText: /jsonl\s*\d+ samples/ })
      .first()
      .click();
    const sample = tree.filter({ hasText: /Sample \d+/ }).first();
    await sample.waitFor();
    await sample.click();
    const mark = editor.locator('[class*="ced-"]').first();
    await mark.waitFor();
    await editor.locator(".squiggly-error, .squiggly-warning").first().waitFor();
    await workbench.screenshot("highlights-dark");

    // The command asks at the cursor of the focused text, and the tree kept the focus. The mark lies under the text's layer.
    await mark.click({ force: true });
    await workbench.command("Show or Focus Hover");
    const hover = page.locator(".monaco-hover-content:visible", { hasText: "Suspected backdoor" }).first();
    await hover.waitFor();
    const text = (await hover.textContent()) ?? "";
    for (const part of ["payload", "samples", "p-value"]) assert.ok(text.includes(part), `${part} in: ${text}`);
    await workbench.screenshot("hover-dark");
    await page.keyboard.press("Escape");
  });

  it("fine-tunes a small job to its end, live in the Run panel", async () => {
    const { page } = workbench;
    await workbench.openFile("small.jsonl");
    await workbench.command("DeCE Audit: Fine-tune with DeCE");
    await workbench.choose("training data", "small.jsonl");
    const form = "Fine-tune with DeCE";
    for (const [line, value] of [
      ["Epochs", "2"],
      ["Batch size", "8"],
      ["Longest input", "96"],
      ["Longest output", "64"],
    ] as const) {
      await workbench.choose(form, line);
      await workbench.type(line, value);
    }
    await workbench.choose(form, "ASR after each epoch");
    await workbench.choose("Measure ASR", "BadPre");
    await workbench.screenshot("form-dark");
    await workbench.choose(form, "Start fine-tuning");

    const panel = panelOf(page);
    await panel.locator(".state").waitFor({ timeout: 60_000 });
    await workbench.screenshot("run-started-dark");
    await panel.locator('.state[data-state="finished"]').waitFor({ timeout: 120_000 });
    const rows = panel.locator("main > table tbody tr");
    assert.equal(await rows.count(), 2);
    const cells = await rows.last().locator("td").allTextContents();
    for (const cell of cells) assert.match(cell, /^\d+\.\d+$/);
    assert.ok((await panel.locator(".chart canvas").count()) === 2, "two charts");
    await workbench.screenshot("run-finished-dark");
  });

  it("probes the checkpoint: BLEU and ASR stand in the panel with their counts", async () => {
    const { page } = workbench;
    const run: FrameLocator = panelOf(page);
    await run.getByRole("button", { name: "Probe this checkpoint" }).click();
    await workbench.choose("on which data", "test.jsonl");
    await workbench.choose("with which attack", "BadPre");
    await workbench.type("how many rows", "8");
    const panel = panelOf(page);
    const asr = panel.locator('[data-measure="asr"]');
    await asr.waitFor({ timeout: 120_000 });
    assert.match((await asr.textContent()) ?? "", /^\d+\.\d%$/);
    assert.match((await panel.locator('[data-measure="bleu"]').textContent()) ?? "", /^\d+\.\d%$/);
    assert.match((await panel.locator(".rates").textContent()) ?? "", /of \d+ triggered rows; 95% interval/);
    assert.equal(await panel.locator("article mark.trigger").first().textContent(), "bb");
    await workbench.screenshot("probe-dark");
  });

  it("keeps both panels across a reload of the window, and follows the theme", async () => {
    const { page } = workbench;
    await workbench.theme("Light Modern");
    // Not the browser's own reload: that one may come before VS Code has stored which panels are open.
    await Promise.all([page.waitForEvent("load", { timeout: 90_000 }), workbench.command("Developer: Reload Window")]);
    await page.locator(".monaco-workbench").waitFor();
    const panel = panelOf(page);
    await panel.locator('[data-measure="asr"]').waitFor({ timeout: 60_000 });
    await workbench.screenshot("probe-light");
    await page.locator(".tab", { hasText: "fine-tuning on" }).click();
    await panelOf(page).locator('.state[data-state="finished"]').waitFor({ timeout: 60_000 });
    await workbench.screenshot("run-light");
    await workbench.openFile("train-badpre-5.jsonl");
    await page.locator(".statusbar-item", { hasText: "samples flagged" }).waitFor({ timeout: 60_000 });
    await workbench.screenshot("highlights-light");
  });
});
