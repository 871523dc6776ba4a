/**
 * An epoch at a dataset's own lengths: how many tokens are padding, and what the steps take, with batches as fine-tuning plans
 * them, with shuffled ones padded to their longest row, and padded to 256 tokens as the paper's script does. Figures of docs/engine.md.
 *
 *     npx tsx bench/engine-epoch.ts --data FILE [--tokenizer DIR] [--shape codet5-base|small|base] [--batch N] [--steps N]
 *         [--other-steps N] [--threads N]
 *
 * The steps are the first of the epoch; the epoch is extrapolated from their time by sample. Padding costs less here than in the
 * script: the loss is computed of real target tokens only, whatever the padding.
 */
import { parseArgs } from "node:util";
import { seededRandom } from "../src/foundation/random";
import { initializeT5 } from "../src/model/initialize";
import type { BatchFeeds, TokenizedExample } from "../src/model/model";
import { t5 } from "../src/model/t5-model";
import { readTokenizer } from "../src/model/tokenizer-files";
import { planBatches } from "../src/train/batch";
import { TrainingSession } from "../src/train/training-session";
import { baseFolder, shapeNamed, timed, tokenizedExamples } from "./engine-work";

const { values } = parseArgs({
  options: {
    data: { type: "string" },
    tokenizer: { type: "string", default: baseFolder },
    shape: { type: "string", default: "base" },
    batch: { type: "string", default: "16" },
    steps: { type: "string", default: "20" },
    "other-steps": { type: "string", default: "5" },
    threads: { type: "string", default: "0" },
  },
});
const longest = 256;
const warmUp = 2;

type Batch = readonly TokenizedExample[];

/** The batch's feeds, padded to `longest` by a row of that length, which is then taken out again. */
function paddedFeeds(feedsOf: (batch: Batch) => BatchFeeds, batch: Batch): BatchFeeds {
  const row = new Array<number>(longest).fill(1);
  const { feeds, tokens } = feedsOf([...batch, { source: row, target: row }]);
  const kept = Object.entries(feeds).map(([name, { type, data, dims }]) => {
    const [first = 0, ...others] = dims;
    const rows = first === batch.length + 1 ? batch.length : first === tokens ? tokens - longest : first;
    const size = others.reduce((product, dim) => product * dim, rows);
    return [name, { type, data: data.slice(0, size), dims: [rows, ...others] }] as const;
  });
  return { feeds: Object.fromEntries(kept), tokens: tokens - longest };
}

/** Share of the tokens that are real where each batch is padded to its longest row, or to `to` tokens. */
function realShare(batches: readonly Batch[], to?: number): number {
  let [real, all] = [0, 0];
  for (const batch of batches) {
    for (const part of ["source", "target"] as const) {
      const lengths = batch.map((row) => row[part].length);
      real += lengths.reduce((sum, length) => sum + length, 0);
      all += lengths.length * (to ?? Math.max(...lengths));
    }
  }
  return real / all;
}

const shuffledBatches = (examples: Batch, size: number): Batch[] => {
  const shuffled = seededRandom(42).shuffle(examples);
  return Array.from({ length: Math.ceil(shuffled.length / size) }, (_, at) =>
    shuffled.slice(at * size, at * size + size),
  );
};

async function main(): Promise<void> {
  if (values.data === undefined) throw new Error("name a dataset with --data FILE");
  const config = await shapeNamed(values.shape);
  const model = t5(config);
  const examples = await tokenizedExamples(values.data, await readTokenizer(values.tokenizer, config.endToken));
  const size = Number(values.batch);
  const session = await TrainingSession.create(model, initializeT5(config, 42), {
    ...{
      loss: { kind: "dece", alpha: 0.98, epsilon: 0.05 },
      clipNorm: 1,
      device: "cpu",
      threads: Number(values.threads),
    },
  });
  const grouped = planBatches(examples, size, seededRandom(42));
  const shuffled = shuffledBatches(examples, size);
  const padded = (batch: Batch): BatchFeeds => paddedFeeds(model.trainingFeeds, batch);
  const [steps, otherSteps] = [Number(values.steps), Number(values["other-steps"])];
  const ways: readonly (readonly [string, readonly Batch[], (batch: Batch) => BatchFeeds, number, number])[] = [
    ["grouped by length", grouped, model.trainingFeeds, realShare(grouped), steps],
    ["shuffled, padded to the longest of the batch", shuffled, model.trainingFeeds, realShare(shuffled), otherSteps],
    [`padded to ${longest}`, shuffled, padded, realShare(shuffled, longest), otherSteps],
  ];
  console.log(`${examples.length} samples, batches of ${size}, shape ${values.shape}, ${values.threads} thread(s)`);
  console.log("| batches | real tokens | steps | seconds a step | processor seconds | an epoch |");
  console.log("|---|---|---|---|---|---|");
  let step = 0;
  for (const [name, batches, feedsOf, share, measured] of ways) {
    let [wall, processor, rows, counted] = [0, 0, 0, 0];
    for (const [index, batch] of batches.slice(0, measured + warmUp).entries()) {
      const settings = { step: ++step, learningRate: 1e-5, weightDecay: 0.01, blend: 0.98 };
      const spent = await timed(() => session.step(feedsOf(batch), settings));
      if (index < warmUp) continue;
      wall += spent.wall;
      processor += spent.processor;
      rows += batch.length;
      counted++;
    }
    const epoch = (wall / rows) * examples.length;
    const shown = epoch < 120 ? `${epoch.toFixed(0)} s` : `${(epoch / 60).toFixed(0)} min`;
    console.log(
      `| ${name} | ${(100 * share).toFixed(1)}% | ${counted} | ${(wall / counted).toFixed(2)} | ${(processor / counted).toFixed(2)} | ${shown} |`,
    );
  }
  await session.dispose();
  console.log(`peak memory ${(process.resourceUsage().maxRSS / 2 ** 20).toFixed(2)} GiB`);
}

void main();
