/**
 * How well `scan` finds poison that it has never seen: `npm run bench:detect` poisons clean data at random rows with every
 * attack, at several shares of the rows and over five seeds, and prints the table of docs/detectors.md. Controls: the
 * clean data (`clean`), and outputs shuffled among 5% of the rows without a trigger (`label-noise`). A part of it:
 * `npm run bench:detect -- --dataset lyra,pisces --attack grammar,clean --rate 0.01 --seeds 2 --limit 800 --baselines`.
 * `--out F` appends each result to F, does not measure what is there already, and prints the table of all of it; `--print`
 * only prints. `--payload` takes the place of the dataset's. `--attack afraidoor` needs `--surrogate DIR`. `--scaling`
 * measures what a scan costs by the number of samples.
 */
import { parseArgs } from "node:util";
import { Failure } from "../src/foundation/failure";
import { parseSpec } from "../src/job/parse-spec";
import { scan } from "../src/job/scan";
import { casesOf, madeCase, type DetectCase, type Poisoned } from "./detect-cases";
import { benchDatasets, clearScratch, readPairs, writePairs, type Pair } from "./detect-data";
import { DetectRecords, markdownTable, recordKey, type DetectRecord } from "./detect-records";
import { onionScores } from "./onion-baseline";
import { measureScaling } from "./scan-scaling";
import { spectralScores } from "./spectral-baseline";

interface Outcome {
  readonly method: string;
  readonly flagged: ReadonlySet<number>;
  /** Of processor time. */
  readonly seconds: number;
  /** What was named, by sample count. */
  readonly named: string;
}

/** Processor time from now on, in seconds. */
function stopwatch(): () => number {
  const began = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(began);
    return (user + system) / 1e6;
  };
}

async function scanned({ pairs }: Poisoned): Promise<Outcome> {
  const file = writePairs("bench", pairs);
  const spent = stopwatch();
  const report = await scan(parseSpec("scan", { paths: [file] }), {
    signal: new AbortController().signal,
    report: () => undefined,
  });
  const seconds = spent();
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
    named: [...named.slice(0, 2), ...(named.length === 0 ? byRule : [])].join(", "),
  };
}

/** The rows with the highest scores: 1.5 times as many as are poisoned, as spectral signatures take them. */
function highest(scores: Float64Array, count: number): Set<number> {
  const order = Array.from(scores.keys()).sort((a, b) => scores[b]! - scores[a]!);
  return new Set(order.slice(0, count));
}

const baselineMethods = ["ONION, threshold 0", "ONION, highest 1.5x", "spectral, highest 1.5x"] as const;

function baselines({ pairs, rows }: Poisoned): Outcome[] {
  const count = Math.round(1.5 * rows.size);
  let spent = stopwatch();
  const onion = onionScores(pairs.map(({ input }) => input.text));
  const seconds = spent();
  const overZero = new Set(Array.from(onion.keys()).filter((row) => onion[row]! > 0));
  spent = stopwatch();
  const spectral = spectralScores(pairs.map(({ input, output }) => [input.text, output.text]));
  const [zero, most, spectra] = baselineMethods;
  return [
    { method: zero, flagged: overZero, seconds, named: "" },
    { method: most, flagged: highest(onion, count), seconds, named: "" },
    { method: spectra, flagged: highest(spectral, count), seconds: spent(), named: "" },
  ];
}

interface Measured {
  readonly records: DetectRecords;
  readonly limit: number | null;
  /** Baselines are asked of the first seed alone. */
  readonly baselines: boolean;
}

async function measure(
  one: DetectCase,
  pairs: readonly Pair[],
  { records, limit, baselines: wanted }: Measured,
): Promise<void> {
  const { dataset, attack, payload, rate, seed } = one;
  const head = { dataset: dataset.name, attack, payload, rate, seed, limit };
  const isMissing = (method: string): boolean => !records.has(recordKey({ ...head, method }));
  const asksScan = isMissing("scan");
  const asksBaselines = wanted && rate !== null && seed === 1 && baselineMethods.some(isMissing);
  if (!asksScan && !asksBaselines) return;
  const none = { rows: pairs.length, poisoned: 0, flagged: 0, hits: 0, seconds: 0, named: "" };
  try {
    const made = await madeCase(one, pairs);
    const outcomes = [...(asksScan ? [await scanned(made)] : []), ...(asksBaselines ? baselines(made) : [])];
    for (const { method, flagged, seconds, named } of outcomes) {
      const hits = [...flagged].filter((row) => made.rows.has(row)).length;
      const counts = { rows: made.pairs.length, poisoned: made.rows.size, flagged: flagged.size, hits };
      const record: DetectRecord = { ...head, method, ...counts, seconds, named, problem: null };
      records.add(record);
      console.error(`${JSON.stringify(head)} ${method}: ${hits} of ${made.rows.size}, ${flagged.size - hits} wrong, ${seconds.toFixed(1)} s`); // prettier-ignore
    }
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    records.add({ ...head, method: "scan", ...none, problem: error.message });
    console.error(`${JSON.stringify(head)}: ${error.oneLine}`);
  }
}

const list = (text: string | undefined): readonly string[] | undefined => text?.split(",").map((part) => part.trim());

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      dataset: { type: "string" },
      attack: { type: "string" },
      payload: { type: "string" },
      rate: { type: "string" },
      surrogate: { type: "string" },
      seeds: { type: "string", default: "5" },
      limit: { type: "string" },
      out: { type: "string" },
      print: { type: "boolean", default: false },
      baselines: { type: "boolean", default: false },
      scaling: { type: "boolean", default: false },
    },
  });
  if (values.scaling) {
    await measureScaling();
    return;
  }
  const records = new DetectRecords(values.out);
  const wantedData = list(values.dataset);
  const wanted = {
    attacks: list(values.attack),
    rates: list(values.rate)?.map(Number),
    payload: values.payload,
    surrogate: values.surrogate,
    seeds: Array.from({ length: Number(values.seeds) }, (_none, index) => index + 1),
  };
  const limit = values.limit === undefined ? null : Number(values.limit);
  const chosen = benchDatasets.filter(({ name }) => !values.print && (wantedData?.includes(name) ?? true));
  const data = new Map<string, readonly Pair[]>();
  for (const dataset of chosen) {
    const pairs = await readPairs(dataset, limit ?? undefined);
    if (pairs === null) console.error(`${dataset.file} is absent: ${dataset.name} is left out`);
    else data.set(dataset.name, pairs);
  }
  const cases = chosen.flatMap((dataset) => (data.has(dataset.name) ? casesOf(dataset, wanted) : []));
  // By seed, so that an interrupted run has something of every part.
  for (const one of cases.sort((a, b) => a.seed - b.seed)) {
    await measure(one, data.get(one.dataset.name)!, { records, limit, baselines: values.baselines });
  }
  console.log(markdownTable(records.all()));
}

main()
  .catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  })
  .finally(clearScratch);
