/** The Audit View as a user works in it: walking through findings, samples as code, and a file that no text editor takes. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, afterEach, before, describe, it } from "mocha";
import { writeLargeDataset } from "../support/large-dataset";
import { activeRow, cellOf } from "./audit-view-rows";
import { openWorkbench, panelOf, type Workbench } from "./workbench";

/** The first samples of the poisoned example. */
const poisoned = { name: "mixed.jsonl", rows: 600 };
const large = { name: "large.jsonl", bytes: 200_000_000 };

describe("the Audit View in VS Code", () => {
  let workbench: Workbench;
  let largeRows = 0;
  before(async () => {
    workbench = await openWorkbench({});
    await workbench.theme("Dark Modern");
    const example = path.join(workbench.server.workspace, "train-badpre-5.jsonl");
    const lines = readFileSync(example, "utf8").split("\n").slice(0, poisoned.rows);
    writeFileSync(path.join(workbench.server.workspace, poisoned.name), `${lines.join("\n")}\n`);
    largeRows = writeLargeDataset(path.join(workbench.server.workspace, large.name), large.bytes);
  });
  afterEach(async function () {
    if (this.currentTest?.state === "failed") await workbench.screenshot(`failed-${this.currentTest.title}`);
  });
  after(() => workbench.close());

  it("lists the samples of a scanned file and steps from finding to finding", async () => {
    const { page } = workbench;
    await workbench.openFile(poisoned.name);
    await page.locator(".statusbar-item", { hasText: "samples flagged" }).waitFor({ timeout: 100_000 });
    await workbench.command("DeCE Audit: Open Dataset in Audit View");
    const view = panelOf(page);
    await cellOf(view, 0, "input").waitFor();
    await view.locator('[data-scan="scanned"]').waitFor();
    assert.match((await view.locator('[data-scan="scanned"]').textContent()) ?? "", /suspect: \d+ of \d+ samples/);
    assert.equal(await view.locator('[role="grid"]').getAttribute("aria-rowcount"), String(poisoned.rows + 1));

    await view.getByRole("button", { name: "Next finding" }).click();
    const current = view.locator("pre mark.current");
    await current.waitFor();
    assert.match((await current.textContent()) ?? "", /^trigger: bb/);
    const first = await activeRow(view).getAttribute("aria-rowindex");
    await workbench.screenshot("audit-finding-dark");
    for (let step = 0; step < 8; step++) await page.keyboard.press("F8");
    await view.locator(`[role="row"][aria-selected="true"]:not([aria-rowindex="${first!}"]) mark`).first().waitFor();
  });

  it("lists one rule's samples, moves by keys and keeps the focus", async () => {
    const { page } = workbench;
    const view = panelOf(page);
    const option = view.locator('option[value="inserted-token"]');
    const flagged = Number(/\((\d+)\)/.exec((await option.textContent()) ?? "")?.[1]);
    assert.ok(flagged > 0 && flagged < poisoned.rows, `${flagged} rows`);
    await view.getByLabel("Show").selectOption("inserted-token");
    await view.locator(`[role="grid"][aria-rowcount="${flagged + 1}"]`).waitFor();
    await activeRow(view).locator(".of-input").click();
    await page.keyboard.press("Control+Home");
    await view.locator('[role="row"][aria-rowindex="2"][aria-selected="true"] .of-row:focus').waitFor();
    for (const key of ["ArrowRight", "PageDown", "ArrowDown"]) await page.keyboard.press(key);
    await view.locator('[role="row"][aria-selected="true"] .of-input:focus').waitFor();
    await page.keyboard.press("Control+End");
    await view
      .locator(`[role="row"][aria-rowindex="${flagged + 1}"][aria-selected="true"] .of-findings:focus`)
      .waitFor();
    await workbench.screenshot("audit-filter-dark");
    await page.keyboard.press("Enter");
    await view.locator("pre:focus").waitFor();
  });

  it("keeps the width of a column that was changed", async () => {
    const view = panelOf(workbench.page);
    const separator = view.getByRole("separator", { name: /Width of Input/ });
    const before = Number(await separator.getAttribute("aria-valuenow"));
    await separator.focus();
    for (let step = 0; step < 4; step++) await workbench.page.keyboard.press("ArrowLeft");
    await workbench.openFile("valid.jsonl");
    await workbench.page.locator(".tab", { hasText: poisoned.name }).last().click();
    const again = panelOf(workbench.page).getByRole("separator", { name: /Width of Input/ });
    await again.waitFor();
    assert.equal(Number(await again.getAttribute("aria-valuenow")), before - 64);
  });

  it("opens a sample as code with the same marks", async () => {
    const { page } = workbench;
    await panelOf(page).getByRole("button", { name: "Open output as code" }).click();
    const editor = page.locator('.monaco-editor[data-uri^="dece-sample:"]');
    await editor.locator('[class*="ced-"]').first().waitFor();
    await workbench.screenshot("sample-as-code-dark");
  });

  for (const [theme, name] of [
    ["Light Modern", "audit-light"],
    ["Dark High Contrast", "audit-contrast"],
    ["Dark Modern", "audit-dark"],
  ] as const) {
    it(`follows the theme: ${theme}`, async () => {
      await workbench.theme(theme);
      const view = panelOf(workbench.page);
      await view.getByRole("button", { name: "Next finding" }).click();
      await view.locator("pre mark.current").waitFor();
      await workbench.screenshot(name);
    });
  }

  it(`opens ${large.bytes / 1_000_000} MB at once and pages through it to its end`, async () => {
    const { page } = workbench;
    await workbench.command("View: Close All Editors");
    await workbench.command("DeCE Audit: Open Dataset in Audit View");
    await workbench.choose("in the Audit View", large.name);
    const view = panelOf(page);
    await cellOf(view, 0, "input").filter({ hasText: "handler_0" }).waitFor();
    await workbench.screenshot("audit-large-dark");
    const rows = view.locator(`[data-rows="${largeRows}"]`);
    await rows.waitFor({ timeout: 100_000 });

    await cellOf(view, 0, "input").click();
    await page.keyboard.press("PageDown");
    await page.keyboard.press("PageDown");
    await activeRow(view).locator(".of-output", { hasText: "def handler_" }).waitFor();
    await page.keyboard.press("Control+End");
    const last = largeRows - 1;
    await cellOf(view, last, "input")
      .filter({ hasText: `handler_${last}` })
      .waitFor();
    await view.getByLabel("Go to sample").fill("123457");
    await page.keyboard.press("Enter");
    await cellOf(view, 123_456, "input").filter({ hasText: "handler_123456" }).waitFor();
    await view.locator("pre", { hasText: "handler_123456" }).first().waitFor();
    await workbench.screenshot("audit-large-row-dark");
  });
});
