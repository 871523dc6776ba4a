/** From a place in a dataset file to the sample that stands there, and from a row to its line: for files of any size. */
import { offsetAt } from "../dataset/offset-at";
import { openIndex, type IndexedSample, type RecordIndex } from "../dataset/record-index";
import type { TextPlace } from "./removals";

export interface SamplePlace {
  readonly row: number;
  /** The field that stands there, with the UTF-16 offset in its decoded text; null between the fields. */
  readonly at: { readonly field: "input" | "output"; readonly offset: number } | null;
}

async function withIndex<T>(
  file: string,
  signal: AbortSignal | undefined,
  use: (index: RecordIndex) => Promise<T>,
): Promise<T> {
  const index = await openIndex(file, { signal });
  try {
    await index.completed;
    return await use(index);
  } finally {
    await index.close();
  }
}

/** The sample at a place, else the last one before it; null where there is none. Throws the `Failure` of a file that cannot be used. */
export function sampleAt(file: string, place: TextPlace, signal?: AbortSignal): Promise<SamplePlace | null> {
  return withIndex(file, signal, async (index) => {
    let found = await lastUpTo(index, place.line);
    // What cannot be read is no sample.
    while (found?.sample === null) found = found.row === 0 ? undefined : (await index.read(found.row - 1, 1))[0];
    if (found === undefined) return null;
    const { row, sample } = found;
    for (const field of ["input", "output"] as const) {
      const offset = offsetAt(sample[field], place);
      if (offset !== null) return { row, at: { field, offset } };
    }
    return { row, at: null };
  });
}

/** The last record that begins on a line or before it. */
async function lastUpTo(index: RecordIndex, line: number): Promise<IndexedSample | undefined> {
  let low = 0;
  let high = index.rows - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const [record] = await index.read(middle, 1);
    if (record !== undefined && record.line <= line) low = middle;
    else high = middle - 1;
  }
  const [record] = await index.read(low, 1);
  return record !== undefined && record.line <= line ? record : undefined;
}

/** The 1-based line on which a sample begins; null for a row that is none. Throws the `Failure` of a file that cannot be used. */
export function lineOfRow(file: string, row: number, signal?: AbortSignal): Promise<number | null> {
  return withIndex(file, signal, async (index) => {
    const [record] = await index.read(row, 1);
    return record?.sample == null ? null : record.line;
  });
}
