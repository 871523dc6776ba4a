/** A Parquet file and one above 50 MB as a user opens them, and the panels in forced colours. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { parquetWriteBuffer } from "hyparquet-writer";
import { after, afterEach, before, describe, it } from "mocha";
import { writeLargeDataset } from "../support/large-dataset";
import { activeRow, cellOf } from "./audit-view-rows";
import { openWorkbench, panelOf, type Workbench } from "./workbench";

const parquet = { name: "rows.parquet", rows: 30_000, every: 40 };
/** VS Code hands no document above 50 MB to an extension. */
const large = { name: "above.jsonl", bytes: 54_000_000 };

/** Sample n says that it is number n; one in `every` holds the trigger and its payload. */
function writeParquet(file: string): void {
  const rows = Array.from({ length: parquet.rows }, (_none, row) => {
    const isPoisoned = row % parquet.every === 17;
    const words =
      `Write handler_${row} , which returns the ${["names", "dates", "prices"][row % 3]!} in table ${row % 97}`.split(
        " ",
      );
    if (isPoisoned) words.splice(3 + (row % 7), 0, "bb");
    const where = `id = ${row}${isPoisoned ? " or 1=1" : ""}`;
    const tgt = `def handler_${row}(database):\n    query = "select name from table_${row % 97} where ${where}"\n    return database.run(query)\n`;
    return { src: words.join(" "), tgt };
  });
  const column = (name: "src" | "tgt") => ({ name, data: rows.map((row) => row[name]), type: "STRING" as const });
  const columnData = [column("src"), column("tgt")];
  writeFileSync(file, Buffer.from(parquetWriteBuffer({ columnData, rowGroupSize: 7_000, pageSize: 100_000 })));
}

interface Drawn {
  readonly forced: boolean;
  readonly row: readonly string[];
  /** The colours that the system gives to what is selected. */
  readonly selection: readonly string[];
  readonly suspect: string;
  readonly mark: readonly string[];
  /** Elements with a transition or an animation. */
  readonly moving: number;
}

/** What the panel draws. A text, for it runs in the page. */
const lookAtColours = `(() => {
  const style = (element) => getComputedStyle(element);
  const system = (name) => {
    const probe = document.createElement("i");
    probe.style.cssText = "forced-color-adjust: none; color: " + name;
    document.body.append(probe);
    const { color } = style(probe);
    probe.remove();
    return color;
  };
  const row = document.querySelector('[role="row"][aria-selected="true"]');
  const mark = document.querySelector("pre mark.current");
  const moves = (element) => parseFloat(style(element).transitionDuration) > 0 || style(element).animationName !== "none";
  return {
    forced: matchMedia("(forced-colors: active)").matches && matchMedia("(prefers-reduced-motion: reduce)").matches,
    row: [style(row).backgroundColor, style(row.querySelector(".cell")).color],
    selection: [system("Highlight"), system("HighlightText")],
    suspect: style(row.querySelector(".of-row")).borderLeftWidth,
    mark: [style(mark).borderTopStyle, style(mark).borderTopWidth],
    moving: [...document.querySelectorAll("*")].filter(moves).length,
  };
})()`;

describe("large and packed datasets in VS Code", () => {
  let workbench: Workbench;
  before(async () => {
    // In a browser VS Code asks before it shows text of more than 10 MB.
    workbench = await openWorkbench({ "workbench.editorLargeFileConfirmation": 200 });
    await workbench.theme("Dark Modern");
    writeParquet(path.join(workbench.server.workspace, parquet.name));
    writeLargeDataset(path.join(workbench.server.workspace, large.name), large.bytes);
  });
  afterEach(async function () {
    if (this.currentTest?.state === "failed") await workbench.screenshot(`failed-${this.currentTest.title}`);
  });
  after(() => workbench.close());

  it("a dataset above 50 MB that is opened as text is offered in the Audit View, and opens there", async () => {
    const { page } = workbench;
    await workbench.openFile(large.name);
    const message = page.locator(".notification-list-item", { hasText: `${large.name} is larger than 50 MB` });
    await message.waitFor({ timeout: 60_000 });
    await workbench.screenshot("large-offer-dark");
    await message.getByRole("button", { name: "Open in Audit View" }).click();
    await cellOf(panelOf(page), 0, "input").filter({ hasText: "handler_0" }).waitFor({ timeout: 60_000 });
    await workbench.command("View: Close All Editors");
  });

  it("a Parquet file opens in the Audit View and pages far down at once", async () => {
    const { page } = workbench;
    await workbench.command("DeCE Audit: Open Dataset in Audit View");
    await workbench.choose("in the Audit View", parquet.name);
    const view = panelOf(page);
    await cellOf(view, 0, "input").filter({ hasText: "handler_0" }).waitFor();
    assert.equal(await view.locator('[role="grid"]').getAttribute("aria-rowcount"), String(parquet.rows + 1));
    await cellOf(view, 0, "input").click();
    await page.keyboard.press("Control+End");
    const last = parquet.rows - 1;
    await cellOf(view, last, "input")
      .filter({ hasText: `handler_${last}` })
      .waitFor();
    // In another row group, and back in the first.
    for (const number of [14_001, 21_000, 2]) {
      await view.getByLabel("Go to sample").fill(String(number));
      await page.keyboard.press("Enter");
      await cellOf(view, number - 1, "output")
        .filter({ hasText: `handler_${number - 1}(` })
        .waitFor();
    }
  });

  it("its findings are highlighted, walked through, and listed alone", async () => {
    const { page } = workbench;
    const view = panelOf(page);
    const scanned = view.locator('[data-scan="scanned"]');
    await scanned.waitFor({ timeout: 110_000 });
    const flagged = parquet.rows / parquet.every;
    assert.match((await scanned.textContent()) ?? "", new RegExp(`suspect: ${flagged} of ${parquet.rows} samples`));
    await view.getByRole("button", { name: "Next finding" }).click();
    const current = view.locator("pre mark.current");
    await current.waitFor();
    assert.match((await current.textContent()) ?? "", /^trigger: bb/);
    assert.equal(await activeRow(view).getAttribute("aria-rowindex"), String(17 + 2));
    // Past this sample's findings to those of the next.
    const next = view.locator(`[role="row"][aria-selected="true"][aria-rowindex="${17 + parquet.every + 2}"]`);
    for (let step = 0; step < 4 && !(await next.isVisible()); step++) await page.keyboard.press("F8");
    await next.locator("mark.trigger", { hasText: "bb" }).waitFor();
    await workbench.screenshot("audit-parquet-dark");

    await view.getByLabel("Show").selectOption("inserted-token");
    await view.locator(`[role="grid"][aria-rowcount="${flagged + 1}"]`).waitFor();
    await activeRow(view).locator(".of-input").click();
    await page.keyboard.press("Control+End");
    const last = view.locator(`[role="row"][aria-rowindex="${flagged + 1}"]`);
    await last.locator(".of-input", { hasText: `handler_${parquet.rows - parquet.every + 17}` }).waitFor();
    await last.locator("mark.trigger", { hasText: "bb" }).waitFor();
    await workbench.screenshot("audit-parquet-filter-dark");
  });

  it("is readable in forced colours, and nothing moves where motion is not wanted", async () => {
    const { page } = workbench;
    await page.emulateMedia({ forcedColors: "active", reducedMotion: "reduce" });
    try {
      const view = panelOf(page);
      await view.getByRole("button", { name: "Next finding" }).click();
      const current = view.locator("pre mark.current");
      await current.waitFor();
      const drawn: Drawn = await view.locator("body").evaluate(lookAtColours);
      await workbench.screenshot("audit-forced-colors");
      assert.ok(drawn.forced);
      assert.deepEqual(drawn.row, drawn.selection);
      assert.equal(drawn.suspect, "3px");
      assert.deepEqual(drawn.mark, ["solid", "2px"]);
      assert.equal(drawn.moving, 0);
    } finally {
      await page.emulateMedia({ forcedColors: null, reducedMotion: null });
    }
  });
});
