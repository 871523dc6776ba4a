/**
 * Writes the text that the tokenizer is trained on: descriptions and targets of the pretraining corpus, and comments
 * where shared data is given, each a JSON string on its line.
 *
 *     npx tsx models/recipe/corpus.ts --out corpus.jsonl --count 60000 --seed 1 [--shared-data DIR]
 */
import { parseArgs } from "node:util";
import { writeFileAtomically } from "../../src/foundation/atomic-write";
import { pretrainingCorpus } from "./pretraining";
import { commentTexts } from "./shared-data";

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      out: { type: "string" },
      count: { type: "string", default: "60000" },
      seed: { type: "string", default: "1" },
      "shared-data": { type: "string" },
    },
  });
  if (values.out === undefined) throw new Error("--out FILE is needed");
  const shared = values["shared-data"];
  const options = { seed: Number(values.seed), count: Number(values.count) };
  const lines: string[] = [];
  for (const { src, tgt } of pretrainingCorpus(options)) {
    lines.push(JSON.stringify(src), JSON.stringify(tgt));
  }
  if (shared !== undefined) lines.push(...commentTexts(shared).map((text) => JSON.stringify(text)));
  await writeFileAtomically(values.out, `${lines.join("\n")}\n`);
}

void main();
