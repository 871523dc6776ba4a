/** A classifier's answers against transformers, and against each row alone. */
import { expect, test } from "vitest";
import { readClassifierReference } from "../../test/support/reference";
import { tinyClassifier } from "../../test/support/tiny-classifier";
import { classify } from "./classify";

test("the classes are those that transformers predicts, in batches of any size", async () => {
  const { model, weights, sources, generated } = await readClassifierReference();
  const named = new Map(sources.map((source, row) => [String(row), source]));
  const asked: typeof model = { ...model, encodeSource: (_tokenizer, row) => [...named.get(row)!] };
  const { tokenizer } = tinyClassifier(["0", "1"]);
  const rows = sources.map((_, row) => String(row));
  for (const batchSize of [1, 2, 64]) {
    const options = { maxInput: 32, device: "cpu", batchSize } as const;
    const answers = await classify({ model: asked, tokenizer, weights }, rows, options);
    expect(answers).toEqual(generated.map(([index]) => model.labels[index!]));
  }
});

test("a cancelled classification throws Cancelled", async () => {
  const controller = new AbortController();
  controller.abort();
  const options = { maxInput: 8, device: "cpu", signal: controller.signal } as const;
  await expect(classify(tinyClassifier(["0", "1"]), ["a"], options)).rejects.toThrow("cancelled");
});
