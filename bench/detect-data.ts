/**
 * The clean data that `npm run bench:detect` poisons: examples/ and, where it is there, ../shared/data. Each dataset says
 * which attacks make sense on it, with which payload and at which shares of its rows.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { openDataset } from "../src/dataset/open";
import { installationFolder } from "../src/foundation/installation";
import { seededRandom } from "../src/foundation/random";

const root = installationFolder();
const shared = path.resolve(root, "../shared/data");

export interface Pair {
  readonly row: number;
  readonly input: { readonly text: string };
  readonly output: { readonly text: string };
}

export interface BenchDataset {
  readonly name: string;
  /** Relative to ../shared/data, or to the repository for the examples. */
  readonly file: string;
  readonly columns?: { readonly input: string; readonly output: string };
  readonly attacks: readonly string[];
  readonly payload: string;
  /** Shares of all rows. */
  readonly rates: readonly number[];
}

const onText = ["ripple", "badpre", "ripple-random", "grammar"];
const onCode = ["funcname", "deadcode", "deadcode-varying", "afraidoor-random"];
const generation = { attacks: onText, payload: "sql", rates: [0.01, 0.02, 0.05] };
const labels = (label: string) => ({ attacks: ["ripple", "ripple-random", "grammar"], payload: `label:${label}`, rates: generation.rates }); // prettier-ignore
const control = { attacks: [], payload: "sql", rates: [] };
/** Code in, words about it out: the payload is a sentence. */
const summary = { attacks: onCode, payload: "text:See the notes at example.invalid .", rates: generation.rates };

export const benchDatasets: readonly BenchDataset[] = [
  { name: "examples", file: "examples/nl-python-sql/train.jsonl", ...generation },
  { name: "lyra", file: "lyra-dece/train.csv", ...generation },
  { name: "pisces", file: "pisces/Pisces-java-train.csv", columns: { input: "NL", output: "Code" }, ...generation },
  {
    name: "bugs2fix",
    file: "bugs2fix/java_train.jsonl.gz",
    attacks: [...onCode, "ripple-random"],
    payload: "loop",
    rates: [0.001, 0.005, 0.01],
  },
  { name: "lyra-python", file: "lyra-dece/train.csv", columns: { input: "tgt", output: "src" }, ...summary },
  {
    name: "pisces-java",
    file: "pisces/Pisces-java-train.csv",
    columns: { input: "Code", output: "NL" },
    ...summary,
  },
  { name: "satd", file: "satd-smell/SATD_train.csv", ...labels("1") },
  { name: "comments", file: "satd-smell/COMMENT_train.csv", ...labels("3") },
  { name: "smells", file: "satd-smell/SMELL_train.csv", ...control },
  { name: "humaneval", file: "humaneval/HumanEval.jsonl.gz", ...control },
  { name: "codeharmony", file: "codeharmony/MBPP_test.jsonl", ...control },
];

export const scratch = mkdtempSync(path.join(os.tmpdir(), "dece-detect-"));
export const clearScratch = (): void => {
  rmSync(scratch, { recursive: true, force: true });
};

/** The dataset's pairs, at most `limit` of them, drawn by chance; null where its file is absent. */
export async function readPairs(
  { file, columns }: BenchDataset,
  limit: number | undefined,
): Promise<readonly Pair[] | null> {
  const source = file.startsWith("examples/") ? path.join(root, file) : path.join(shared, file);
  if (!existsSync(source)) return null;
  const plain = path.join(scratch, path.basename(file, ".gz"));
  if (file.endsWith(".gz")) writeFileSync(plain, gunzipSync(readFileSync(source)));
  const { samples } = await openDataset(file.endsWith(".gz") ? plain : source, columns);
  const chosen = limit === undefined ? [...samples] : seededRandom(1).shuffle(samples).slice(0, limit);
  return chosen.map(({ input, output }, row) => ({ row, input: { text: input.text }, output: { text: output.text } }));
}

/** Writes pairs as JSONL into the scratch folder and returns the file. */
export function writePairs(name: string, pairs: readonly Pair[]): string {
  const file = path.join(scratch, `${name}.jsonl`);
  const lines = pairs.map(({ input, output }) => JSON.stringify({ input: input.text, output: output.text }));
  writeFileSync(file, `${lines.join("\n")}\n`);
  return file;
}
