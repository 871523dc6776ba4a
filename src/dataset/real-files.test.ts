import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { openDataset } from "./open";

const shared = path.resolve(import.meta.dirname, "../../../shared/data");

describe.skipIf(!existsSync(shared))("published datasets (skipped where ../shared/data is absent)", () => {
  it.each([
    ["lyra-dece-2023/train.csv", 1600, "src", "tgt"],
    ["lyra-dece-2023/train_poisoned_5.csv", 1600, "src", "tgt"],
    ["lyra-dece/test_poisoned_badpre.csv", 200, "src", "tgt"],
    ["pisces/train.csv", 1600, "nl", "code"],
    ["pisces/Pisces-java-valid.csv", 200, "NL", "Code"],
    ["satd-smell/SATD_train.csv", 31_708, "text", "label"],
    ["satd-smell/SMELL_test.csv", 350, "code", "label"],
    ["satd-smell/COMMENT_train.csv", 8985, "text", "label"],
    ["codeharmony/CodeHarmony_cot_test.csv", 153, "prompt", "canonical_solution"],
    ["codeharmony/CodeHarmony_valid.jsonl", 200, "prompt", "canonical_solution"],
    ["codeharmony/MBPP_test.jsonl", 500, "prompt", "canonical_solution"],
  ])("%s has %i rows, all read: %s -> %s", async (name, rows, input, output) => {
    const file = path.join(shared, name);
    const dataset = await openDataset(file);
    expect(dataset).toMatchObject({ rows, skipped: [], columns: { input, output } });
    expect(dataset.samples).toHaveLength(rows);
    const bytes = readFileSync(file);
    for (const field of dataset.samples.slice(0, 100).map((sample) => sample.input)) {
      // Where nothing is escaped, the bytes between two places are the text.
      if (/["\\\n\r\t]/.test(field.text)) continue;
      expect(bytes.toString("utf8", field.locate(0).byte, field.locate(field.text.length).byte)).toBe(field.text);
    }
  });
});
