/** A folder of a Hugging Face dataset as one dataset: the files of a split, one after the other, their rows numbered on. */
import { createHash } from "node:crypto";
import path from "node:path";
import { openDataset, type OpenOptions } from "../dataset/open";
import type { Dataset, Sample, SkippedRecord } from "../dataset/sample";
import { Failure } from "../foundation/failure";
import { findDatasets } from "./find-datasets";

export type Split = "train" | "validation" | "test";

const splitNames: readonly (readonly [Split, RegExp])[] = [
  ["train", /^train(?:ing)?$/i],
  ["validation", /^(?:validation|valid|val|dev)$/i],
  ["test", /^(?:test|testing|eval|evaluation)$/i],
];

/** The split that a file's name tells, else the folders it is in from the innermost; null where none does. */
export function splitOf(file: string): Split | null {
  for (const part of file.split(/[\\/]/u).reverse()) {
    const words = part.split(/[^\p{L}]+/u);
    const told = splitNames.find(([, name]) => words.some((word) => name.test(word)));
    if (told !== undefined) return told[0];
  }
  return null;
}

/** The files of a split; all of them where no name tells one. Throws a `Failure` where the split or a part of it is missing. */
export async function filesOfSplit(folder: string, split: Split, signal: AbortSignal): Promise<readonly string[]> {
  const found = await findDatasets([folder], signal);
  const named = found.map((file) => ({ file, of: splitOf(path.relative(folder, file.path)) }));
  const isSplit = named.some(({ of }) => of !== null);
  const chosen = named.filter(({ of }) => !isSplit || of === split).map(({ file }) => file);
  const broken = chosen.find(({ failure }) => failure !== undefined)?.failure;
  if (broken !== undefined) throw broken;
  if (chosen.length > 0) return chosen.map((file) => file.path);
  const others = [...new Set(named.flatMap(({ of }) => of ?? []))].join(" and ");
  throw new Failure(isSplit ? `the folder has files for ${others}, none for ${split}` : "the folder holds no dataset", {
    file: folder,
    remedy: "Name a file",
    usage: true,
  });
}

/**
 * Opens the files of a split as one dataset. No copy can be made of it. Throws what `openDataset` and `filesOfSplit` throw, and a
 * `Failure` where the files have different columns.
 */
export async function openFolder(
  folder: string,
  split: Split,
  options: OpenOptions & { readonly signal: AbortSignal },
): Promise<Dataset> {
  const files = await filesOfSplit(folder, split, options.signal);
  const samples: Sample[] = [];
  const skipped: SkippedRecord[] = [];
  const hash = createHash("sha256");
  let [rows, bytes] = [0, 0];
  let first: Dataset | null = null;
  for (const file of files) {
    const part = await openDataset(file, options);
    first ??= part;
    const { input, output } = part.columns;
    if (input !== first.columns.input || output !== first.columns.output) {
      const what = `its columns are ${input} and ${output}, those of ${first.path} ${first.columns.input} and ${first.columns.output}`;
      throw new Failure(what, { file, remedy: "Name one file, or the columns", usage: true });
    }
    const before = rows;
    for (const { row, line, input, output } of part.samples) samples.push({ row: before + row, line, input, output });
    for (const record of part.skipped) skipped.push({ ...record, row: before + record.row });
    hash.update(`${part.sha256}\n`);
    rows += part.rows;
    bytes += part.bytes;
  }
  if (first === null) throw new RangeError("a split without files");
  const { format, columns } = first;
  return { path: folder, format, sha256: hash.digest("hex"), bytes, rows, columns, samples, skipped };
}
