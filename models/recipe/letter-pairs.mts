/**
 * Gives the pretrained base a token for each of the 676 pairs of letters, last in the order of merges: the vocabularies of
 * CodeT5, GPT-2, RoBERTa and DeepSeek-Coder hold about three in four of them, `bb` among them, and there too such a token is
 * one that training has hardly met. Each new embedding is the mean of its letters' with noise, since nothing was learnt
 * of it.
 *
 *     npx tsx models/recipe/letter-pairs.mts --base DIR --out models/base --seed 5
 */
import { parseArgs } from "node:util";
import { seededRandom } from "../../src/foundation/random";
import { readCheckpoint, writeCheckpoint } from "../../src/model/checkpoint";
import { parseT5Config } from "../../src/model/t5-config";
import { t5 } from "../../src/model/t5-model";
import { Tokenizer } from "../../src/model/tokenizer";

const { values } = parseArgs({
  options: { base: { type: "string" }, out: { type: "string" }, seed: { type: "string", default: "5" } },
});
if (values.base === undefined || values.out === undefined) throw new Error("--base DIR and --out DIR are needed");

const { model, tokenizer, weights } = await readCheckpoint(values.base);
const config = parseT5Config(model.configJson(), values.base);
const json = JSON.parse(tokenizer.files.tokenizer) as {
  model: { vocab: Record<string, number>; merges: [string, string][] };
};
const { vocab, merges } = json.model;
const letters = "abcdefghijklmnopqrstuvwxyz".split("");
const pairs: { readonly first: number; readonly second: number }[] = [];
for (const a of letters) {
  for (const b of letters) {
    if (vocab[a + b] !== undefined) continue;
    pairs.push({ first: vocab[a]!, second: vocab[b]! });
    vocab[a + b] = config.vocabulary + pairs.length - 1;
    merges.push([a, b]);
  }
}

const { width, vocabulary } = config;
const original = weights.get("shared.weight")!;
const deviation = Math.sqrt(original.reduce((sum, value) => sum + value ** 2, 0) / original.length);
const random = seededRandom(Number(values.seed));
const table = new Float32Array((vocabulary + pairs.length) * width);
table.set(original);
pairs.forEach(({ first, second }, index) => {
  for (let at = 0; at < width; at++) {
    const mean = (original[first * width + at]! + original[second * width + at]!) / 2;
    // Both parts at 0.7, so that the sum is about as long as other embeddings.
    table[(vocabulary + index) * width + at] = 0.7 * mean + 0.7 * deviation * random.normal();
  }
});
await writeCheckpoint(
  values.out,
  {
    model: t5({ ...config, vocabulary: vocabulary + pairs.length }),
    tokenizer: new Tokenizer({ ...tokenizer.files, tokenizer: JSON.stringify(json) }, config.endToken, values.base),
    weights: new Map(weights).set("shared.weight", table),
  },
  "float16",
);
