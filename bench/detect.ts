/**
 * How well `scan` finds poison that it has never seen: `npm run bench:detect` poisons clean data at random rows with every
 * attack, at several shares of the rows and over several seeds, and prints the table of docs/detectors.md. Controls: the
 * clean data (`clean`), and outputs shuffled among 5% of the rows without a trigger (`label-noise`). A part of it:
 * `npm run bench:detect -- --dataset lyra,pisces --attack grammar,clean --rate 0.01 --seeds 2 --limit 800 --baselines`.
 */
import { parseArgs } from "node:util";
import { attackNamed } from "../src/attack/attacks";
import { payloadNamed } from "../src/attack/payloads";
import { poisonSamples } from "../src/attack/poison";
import { randomTriggerText } from "../src/attack/trigger-text";
import { Failure } from "../src/foundation/failure";
import { seededRandom } from "../src/foundation/random";
import { backdoorOf } from "../src/job/backdoor";
import { parseSpec } from "../src/job/parse-spec";
import { scan } from "../src/job/scan";
import { benchDatasets, clearScratch, readPairs, writePairs, type BenchDataset, type Pair } from "./detect-data";
import { onionScores } from "./onion-baseline";
import { spectralScores } from "./spectral-baseline";

const noiseShare = 0.05;

interface Poisoned {
  readonly pairs: readonly Pair[];
  readonly rows: ReadonlySet<number>;
}

interface Outcome {
  readonly method: string;
  readonly flagged: ReadonlySet<number>;
  readonly seconds: number;
  /** What was named, by sample count. */
  readonly named: string;
}

function replaced(pairs: readonly Pair[], changes: ReadonlyMap<number, readonly [string, string]>): Poisoned {
  return {
    rows: new Set(changes.keys()),
    pairs: pairs.map((pair) => {
      const change = changes.get(pair.row);
      return change === undefined ? pair : { row: pair.row, input: { text: change[0] }, output: { text: change[1] } };
    }),
  };
}

async function poisoned(
  { payload }: BenchDataset,
  pairs: readonly Pair[],
  attack: string,
  rate: number,
  seed: number,
): Promise<Poisoned> {
  const isRandom = attack === "ripple-random";
  const names = { attack: isRandom ? "ripple" : attack, payload };
  const trigger = isRandom ? { trigger: randomTriggerText(seededRandom(seed, 17)) } : {};
  const backdoor = (await backdoorOf({ ...names, ...trigger }, pairs)) ?? {
    attack: attackNamed("ripple"),
    payload: payloadNamed(payload),
  };
  const rows = poisonSamples(pairs, { ...backdoor, rate, seed });
  return replaced(pairs, new Map(rows.map(({ row, input, output }) => [row, [input, output]])));
}

/** Outputs that belong to other inputs, among a share of the rows; none of them counts as poisoned. */
function noisy(pairs: readonly Pair[], seed: number): Poisoned {
  const random = seededRandom(seed, 99);
  const chosen = random.shuffle(pairs).slice(0, Math.round(noiseShare * pairs.length));
  const changes = new Map(
    chosen.map(({ row, input }, at) => {
      const other = chosen[(at + 1) % chosen.length]!;
      return [row, [input.text, other.output.text] as const];
    }),
  );
  return { ...replaced(pairs, changes), rows: new Set() };
}

async function scanned({ pairs }: Poisoned): Promise<Outcome> {
  const file = writePairs("bench", pairs);
  const began = performance.now();
  const report = await scan(parseSpec("scan", { paths: [file] }), {
    signal: new AbortController().signal,
    report: () => undefined,
  });
  const seconds = (performance.now() - began) / 1000;
  const suspects = report.findings.filter(({ verdict }) => verdict === "suspect");
  const rules = new Map<string, Set<number>>();
  for (const { rule, row } of suspects) rules.set(rule, (rules.get(rule) ?? new Set()).add(row));
  const named = report.triggers
    .filter(({ id }) => suspects.some(({ trigger }) => trigger === id))
    .sort((a, b) => b.rows.length - a.rows.length)
    .map(({ text, payload }) => `\`${text}\` → \`${payload ?? "?"}\``);
  const byRule = [...rules].map(([rule, rows]) => `${rule} ${rows.size}`);
  return {
    method: "scan",
    flagged: new Set(suspects.map(({ row }) => row)),
    seconds,
    named: [...named.slice(0, 2), ...(named.length === 0 ? byRule : [])].join(", ").replace(/\|/g, "\\|"),
  };
}

/** The rows with the highest scores: 1.5 times as many as are poisoned, as spectral signatures take them. */
function highest(scores: Float64Array, count: number): Set<number> {
  const order = Array.from(scores.keys()).sort((a, b) => scores[b]! - scores[a]!);
  return new Set(order.slice(0, count));
}

function baselines({ pairs, rows }: Poisoned): Outcome[] {
  const count = Math.round(1.5 * rows.size);
  let began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1000;
  const onion = onionScores(pairs.map(({ input }) => input.text));
  const spent = seconds();
  const overZero = new Set(Array.from(onion.keys()).filter((row) => onion[row]! > 0));
  began = performance.now();
  const spectral = spectralScores(pairs.map(({ input, output }) => [input.text, output.text]));
  return [
    { method: "ONION, threshold 0", flagged: overZero, seconds: spent, named: "" },
    { method: "ONION, highest 1.5x", flagged: highest(onion, count), seconds: spent, named: "" },
    { method: "spectral, highest 1.5x", flagged: highest(spectral, count), seconds: seconds(), named: "" },
  ];
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const percent = (value: number): string => (Number.isNaN(value) ? "-" : (100 * value).toFixed(2));

interface Run {
  readonly poison: Poisoned;
  readonly outcome: Outcome;
}

function line(dataset: string, attack: string, rate: number | null, runs: readonly Run[]): string {
  const hits = ({ poison: { rows }, outcome: { flagged } }: Run): number =>
    [...flagged].filter((row) => rows.has(row)).length;
  const [first] = runs;
  const recalls = runs.map((run) => hits(run) / run.poison.rows.size);
  const wrong = runs.map((run) => (run.outcome.flagged.size - hits(run)) / (run.poison.pairs.length - run.poison.rows.size)); // prettier-ignore
  const precisions = runs
    .filter(({ outcome }) => outcome.flagged.size > 0)
    .map((run) => hits(run) / run.outcome.flagged.size);
  const isControl = rate === null;
  return [
    dataset,
    attack,
    isControl ? "-" : `${Number((100 * rate).toPrecision(3))}`,
    first?.outcome.method ?? "",
    runs.length,
    `${first?.poison.rows.size ?? 0} / ${first?.poison.pairs.length ?? 0}`,
    isControl ? "-" : `${percent(mean(recalls))} (${percent(Math.min(...recalls))})`,
    percent(mean(wrong)),
    isControl ? "-" : percent(mean(precisions)),
    mean(runs.map(({ outcome }) => outcome.seconds)).toFixed(1),
    first?.outcome.named === "" ? "-" : (first?.outcome.named ?? ""),
  ].join(" | ");
}

const list = (text: string | undefined): readonly string[] | undefined => text?.split(",").map((part) => part.trim());

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      dataset: { type: "string" },
      attack: { type: "string" },
      rate: { type: "string" },
      seeds: { type: "string", default: "5" },
      limit: { type: "string" },
      baselines: { type: "boolean", default: false },
    },
  });
  const [wantedData, wantedAttacks, wantedRates] = [list(values.dataset), list(values.attack), list(values.rate)];
  const seeds = Array.from({ length: Number(values.seeds) }, (_none, index) => index + 1);
  console.log("| dataset | attack | % poisoned | method | seeds | poisoned / rows | recall % (lowest) | false positives % | precision % | s | named (seed 1) |"); // prettier-ignore
  console.log("|---|---|---|---|---|---|---|---|---|---|---|");
  for (const dataset of benchDatasets) {
    if (wantedData !== undefined && !wantedData.includes(dataset.name)) continue;
    const pairs = await readPairs(dataset, values.limit === undefined ? undefined : Number(values.limit));
    if (pairs === null) {
      console.error(`${dataset.file} is absent: ${dataset.name} is left out`);
      continue;
    }
    const show = async (
      attack: string,
      rate: number | null,
      runSeeds: readonly number[],
      make: (seed: number) => Poisoned | Promise<Poisoned>,
    ): Promise<void> => {
      if (wantedAttacks !== undefined && !wantedAttacks.includes(attack)) return;
      const byMethod = new Map<string, Run[]>();
      try {
        for (const seed of runSeeds) {
          const poison = await make(seed);
          const others = values.baselines && poison.rows.size > 0 ? baselines(poison) : [];
          for (const outcome of [await scanned(poison), ...others]) {
            byMethod.set(outcome.method, [...(byMethod.get(outcome.method) ?? []), { poison, outcome }]);
          }
        }
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        console.error(`${dataset.name}, ${attack}: ${error.oneLine}`);
      }
      for (const runs of byMethod.values()) console.log(`| ${line(dataset.name, attack, rate, runs)} |`);
    };
    await show("clean", null, [1], () => ({ pairs, rows: new Set<number>() }));
    await show("label-noise", null, seeds, (seed) => noisy(pairs, seed));
    for (const attack of dataset.attacks) {
      for (const rate of wantedRates?.map(Number) ?? dataset.rates) {
        await show(attack, rate, seeds, (seed) => poisoned(dataset, pairs, attack, rate, seed));
      }
    }
  }
}

main()
  .catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  })
  .finally(clearScratch);
