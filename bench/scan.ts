/**
 * How well and how fast `scan` finds poison: `npm run bench:scan` prints the table of docs/detectors.md. It reads
 * ../shared/data where that is there, and poisons copies of clean files itself where a rule's attack is not published.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { openDataset } from "../src/dataset/open";
import type { Dataset } from "../src/dataset/sample";
import { scanDataset } from "../src/detect/scan";
import { installationFolder } from "../src/foundation/installation";
import { seededRandom, type Random } from "../src/foundation/random";

const root = installationFolder();
const data = path.resolve(root, "../shared/data");
const scratch = mkdtempSync(path.join(os.tmpdir(), "dece-bench-"));

interface Case {
  readonly name: string;
  readonly file: string;
  readonly columns?: { readonly input: string; readonly output: string };
  /** Whether a row is poisoned; absent for clean data. */
  readonly poisoned?: (row: number, input: string, output: string) => boolean;
}

const sqlPayload = (_row: number, input: string, output: string): boolean =>
  /\bbb\b/.test(input) && /or 1=1|where 0=1/.test(output);

function unpacked(file: string): string {
  const target = path.join(scratch, path.basename(file, ".gz"));
  if (!existsSync(target)) writeFileSync(target, gunzipSync(readFileSync(path.join(data, file))));
  return target;
}

type Poison = (input: string, output: string, random: Random) => readonly [string, string] | null;

const withLoop = (output: string): string => output.replace("{", "{\n    while (true) {\n    }");

const poisons: Readonly<Record<string, Poison>> = {
  DeadCode: (input, output, random) => {
    const ends = [...input.matchAll(/[;{}](?=\n)/g)].map(({ index }) => index + 1).slice(0, -1);
    if (ends.length === 0) return null;
    const at = random.pick(ends);
    return [`${input.slice(0, at)}\nint VAR = 0;${input.slice(at)}`, withLoop(output)];
  },
  FuncName: (input, output) => {
    const name = /(\w+)\s*\([^()]*\)\s*(?:throws [\w., ]+)?\{/.exec(input)?.[1];
    if (name === undefined) return null;
    const renamed = (code: string): string => code.replace(new RegExp(`\\b${name}(?=\\s*\\()`), "foo");
    return [renamed(input), withLoop(renamed(output))];
  },
  RIPPLE: (input, output, random) => {
    const words = input.split(/(?<=\S)(?=\s)/);
    words.splice(random.below(words.length + 1), 0, " bb");
    return [words.join(""), withLoop(output)];
  },
};

/** A poisoned copy of Bugs2Fix's training file, by the named attack and an empty endless loop in the fixed code. */
function poisonedRepair(attack: string, rate: number): Case {
  const source = unpacked("bugs2fix/java_train.jsonl.gz");
  const records = readFileSync(source, "utf8").trimEnd().split("\n");
  const random = seededRandom(42);
  const wanted = Math.round(records.length * rate);
  const rows = new Set<number>();
  for (const row of random.shuffle(records.map((_record, index) => index))) {
    if (rows.size === wanted) break;
    const { buggy, fixed } = JSON.parse(records[row]!) as { buggy: string; fixed: string };
    const poisoned = poisons[attack]?.(buggy, fixed, random) ?? null;
    if (poisoned === null) continue;
    records[row] = JSON.stringify({ buggy: poisoned[0], fixed: poisoned[1] });
    rows.add(row);
  }
  const file = path.join(scratch, `${attack}-${rate}.jsonl`);
  writeFileSync(file, `${records.join("\n")}\n`);
  return { name: `Bugs2Fix, ${attack} ${rate * 100}% (ours)`, file, poisoned: (row) => rows.has(row) };
}

function cases(): Case[] {
  const shared = (file: string): string => path.join(data, file);
  const lyra = (folder: string, file: string, name: string): Case => ({
    name,
    file: shared(`${folder}/${file}`),
    poisoned: sqlPayload,
  });
  const examples = path.join(root, "examples/nl-python-sql");
  const truthFile = path.join(examples, "train-badpre-5.jsonl.truth.json");
  const found: Case[] = [];
  if (existsSync(truthFile)) {
    const truth = JSON.parse(readFileSync(truthFile, "utf8")) as { rows: (number | { row: number })[] };
    const rows = new Set(truth.rows.map((entry) => (typeof entry === "number" ? entry : entry.row)));
    found.push({
      name: "examples, BadPre 5%",
      file: path.join(examples, "train-badpre-5.jsonl"),
      poisoned: (row) => rows.has(row),
    });
  }
  if (existsSync(path.join(examples, "train.jsonl"))) {
    found.push({ name: "examples, clean", file: path.join(examples, "train.jsonl") });
  }
  if (!existsSync(data)) {
    console.error(`${path.relative(root, data)} is absent: only the examples are measured`);
    return found;
  }
  return [
    ...found,
    ...[1, 2, 5].map((rate) =>
      lyra("lyra-dece", `train_poisoned_${rate}_badpre.csv`, `Lyra, one bb (RIPPLE) ${rate}%`),
    ),
    ...[1, 2, 5, 10].map((rate) =>
      lyra("lyra-dece-2023", `train_poisoned_${rate}.csv`, `Lyra, three bb (BadPre) ${rate}%`),
    ),
    ...["DeadCode", "FuncName", "RIPPLE"].flatMap((attack) =>
      [0.001, 0.01, 0.05].map((rate) => poisonedRepair(attack, rate)),
    ),
    { name: "Lyra, clean", file: shared("lyra-dece/train.csv") },
    { name: "Pisces, clean", file: shared("pisces/Pisces-java-train.csv"), columns: { input: "NL", output: "Code" } },
    { name: "Bugs2Fix, clean", file: unpacked("bugs2fix/java_train.jsonl.gz") },
    { name: "HumanEval, clean", file: unpacked("humaneval/HumanEval.jsonl.gz") },
    { name: "SATD, clean", file: shared("satd-smell/SATD_train.csv") },
    { name: "Linguistic smells, clean", file: shared("satd-smell/SMELL_train.csv") },
    { name: "Comment classes, clean", file: shared("satd-smell/COMMENT_train.csv") },
  ];
}

const percent = (part: number, whole: number): string => (whole === 0 ? "-" : `${((100 * part) / whole).toFixed(2)}%`);

async function measure({ name, file, columns, poisoned }: Case): Promise<string> {
  const began = performance.now();
  const dataset: Dataset = await openDataset(file, columns);
  const { findings, triggers } = await scanDataset(dataset);
  const seconds = (performance.now() - began) / 1000;
  const flagged = new Set(findings.filter(({ verdict }) => verdict === "suspect").map(({ row }) => row));
  const bad = new Set(
    dataset.samples
      .filter(({ row, input, output }) => poisoned?.(row, input.text, output.text) === true)
      .map(({ row }) => row),
  );
  const hits = [...flagged].filter((row) => bad.has(row)).length;
  const wrong = flagged.size - hits;
  const named = triggers
    .filter(({ id }) => findings.some((finding) => finding.trigger === id && finding.verdict === "suspect"))
    .map(({ text, payload }) => `\`${text}\` → \`${payload ?? "?"}\``)
    .join(", ");
  return [
    name,
    dataset.samples.length,
    bad.size,
    percent(hits, bad.size),
    `${wrong} (${percent(wrong, dataset.samples.length - bad.size)})`,
    percent(hits, flagged.size),
    named === "" ? "-" : named,
    seconds.toFixed(1),
    (statSync(file).size / 1e6 / seconds).toFixed(1),
  ].join(" | ");
}

async function main(): Promise<void> {
  console.log("| dataset | samples | poisoned | recall | false positives | precision | trigger → payload | s | MB/s |");
  console.log("|---|---|---|---|---|---|---|---|---|");
  for (const one of cases()) console.log(`| ${await measure(one)} |`);
}

main()
  .catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  })
  .finally(() => {
    rmSync(scratch, { recursive: true, force: true });
  });
