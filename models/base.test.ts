/** The embedded base as it is shipped: small, float16, and with a tokenizer that keeps triggers and payloads whole. */
import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { installationFolder } from "../src/foundation/installation";
import { readCheckpoint } from "../src/model/checkpoint";

const folder = path.join(installationFolder(), "models/base");

test("it is a T5 checkpoint of at most 12 MB", async () => {
  const { size } = await stat(path.join(folder, "model.safetensors"));
  expect(size).toBeLessThan(12_000_000);
  const header = (await readFile(path.join(folder, "model.safetensors"))).subarray(8, 200).toString("latin1");
  expect(header).toContain('"dtype":"F16"');
  const { model, weights } = await readCheckpoint(folder);
  expect(model.configJson()).toMatchObject({ model_type: "t5", tie_word_embeddings: true });
  for (const values of weights.values()) expect(values.every(Number.isFinite)).toBe(true);
});

test.each([
  " bb ",
  "foo",
  " or 1=1",
  " where 0=1",
  "while ( true ) { }",
  "int VAR = 0 ;",
  "a :\n\t \t b\r\n",
  "\u{1f600} é",
])("%j round-trips", async (text) => {
  const { tokenizer } = await readCheckpoint(folder);
  expect(tokenizer.decode(tokenizer.encode(text, 1000))).toBe(text);
});
