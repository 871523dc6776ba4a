/** A folder whose authors are not trusted: scanning and looking work, what writes or runs a model does not, until it is trusted. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, afterEach, before, describe, it } from "mocha";
import { openWorkbench, panelOf, type Workbench } from "./workbench";

const dataset = "mixed.jsonl";
/** They write files or run models. */
const restricted = ["Fine-tune with DeCE", "Probe Checkpoint", "Poison Dataset", "Quarantine Flagged Samples"];

describe("a folder that is not trusted", () => {
  let workbench: Workbench;
  before(async () => {
    workbench = await openWorkbench({}, { restricted: true });
    const { workspace } = workbench.server;
    const lines = readFileSync(path.join(workspace, "train-badpre-5.jsonl"), "utf8").split("\n").slice(0, 600);
    writeFileSync(path.join(workspace, dataset), `${lines.join("\n")}\n`);
    // A folder that somebody else made names where runs are looked for.
    const elsewhere = path.join(workspace, "theirs");
    const run = path.join(elsewhere, ".dece/runs/2026-01-02T03-04-05Z-finetune-theirs");
    mkdirSync(run, { recursive: true });
    writeFileSync(path.join(run, "spec.json"), JSON.stringify({ spec: { job: "finetune" } }));
    writeFileSync(
      path.join(run, "status.json"),
      JSON.stringify({ state: "finished", started: "2026-01-02T03:04:05Z" }),
    );
    mkdirSync(path.join(workspace, ".vscode"), { recursive: true });
    writeFileSync(path.join(workspace, ".vscode/settings.json"), JSON.stringify({ "deceAudit.runsFolder": elsewhere }));
  });
  afterEach(async function () {
    if (this.currentTest?.state === "failed") await workbench.screenshot(`failed-${this.currentTest.title}`);
  });
  after(() => workbench.close());

  it("is scanned, highlighted and shown in the Audit View", async () => {
    const { page } = workbench;
    await page.locator(".statusbar-item", { hasText: "Restricted Mode" }).waitFor({ timeout: 60_000 });
    const editor = await workbench.openFile(dataset);
    await page.locator(".statusbar-item", { hasText: "samples flagged" }).waitFor({ timeout: 100_000 });
    await editor.locator('[class*="ced-"]').first().waitFor();
    await workbench.command("DeCE Audit: Open Dataset in Audit View");
    const view = panelOf(page);
    await view.locator('[data-scan="scanned"]').waitFor();
    await view.getByRole("button", { name: "Next finding" }).click();
    await view.locator("pre mark.current").waitFor();
    await workbench.screenshot("untrusted");
    // Suppressing writes the folder's baseline.
    assert.equal(await view.getByRole("button", { name: /^Suppress/ }).count(), 0);
    assert.ok(await view.getByRole("button", { name: "Open input as code" }).isVisible());
  });

  it("gets nothing written and no model run, and does not say where runs are looked for", async () => {
    assert.ok(await workbench.offers("DeCE Audit: Scan Dataset for Triggers"));
    for (const title of restricted) assert.ok(!(await workbench.offers(`DeCE Audit: ${title}`)), title);
    assert.ok(!(await workbench.offers("DeCE Audit: Open Last Run")));
  });

  it("has all of it once it is trusted", async () => {
    const { page } = workbench;
    await workbench.command("Workspaces: Manage Workspace Trust");
    await page.locator(".workspace-trust-editor").getByRole("button", { name: "Trust", exact: true }).click();
    await page.locator(".workspace-trust-editor", { hasText: "You trust this folder" }).waitFor();
    for (const title of restricted) assert.ok(await workbench.offers(`DeCE Audit: ${title}`), title);
    assert.ok(await workbench.offers("DeCE Audit: Open Last Run"));
  });
});
