import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { before, describe, it } from "mocha";
import * as vscode from "vscode";
import type { PoisonReport } from "../../src/job/poison";
import { activated, example, fixture } from "./extension";

const linesOf = async (file: string): Promise<string[]> =>
  (await readFile(file, "utf8")).split("\n").filter((line) => line !== "");

describe("commands on datasets", () => {
  before(activated);

  it("quarantines flagged samples: two files that hold every row once, byte for byte", async () => {
    const lines = await linesOf(example("train-badpre-5.jsonl"));
    const uri = await fixture("mixed.jsonl", `${lines.join("\n")}\n`);
    const files = await vscode.commands.executeCommand<{ quarantine: string; clean: string }>(
      "deceAudit.quarantine",
      uri,
    );
    const [quarantine, clean] = [await linesOf(files.quarantine), await linesOf(files.clean)];
    assert.ok(quarantine.length >= 70, `${quarantine.length} flagged`);
    assert.deepEqual([...quarantine, ...clean].sort(), [...lines].sort());
  });

  it("poisons a copy and writes down which rows", async () => {
    const data = example("test.jsonl");
    const out = `${data}.badpre.jsonl`;
    const report = await vscode.commands.executeCommand<PoisonReport>("deceAudit.poison", {
      job: "poison",
      data,
      out,
      attack: "badpre",
      rate: 1,
    });
    assert.ok(report.poisoned > 0);
    assert.equal((await linesOf(out)).length, (await linesOf(data)).length);
    const truth = JSON.parse(await readFile(report.truth, "utf8")) as { rows: number[] };
    assert.equal(truth.rows.length, report.poisoned);
  });
});
