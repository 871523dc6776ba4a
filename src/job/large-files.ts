/** Large files in a scan: which are read row by row, what is said of them, and the copies that are streamed. */
import { stat } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { Readable } from "node:stream";
import { getHeapStatistics } from "node:v8";
import { createGzip } from "node:zlib";
import { isClearlyPaired } from "../dataset/pairs";
import type { Dataset } from "../dataset/sample";
import { splitCompression } from "../dataset/unpack";
import { tooLarge } from "../dataset/whole-file";
import type { FileContent } from "../foundation/atomic-write";
import { Failure } from "../foundation/failure";
import type { Baseline } from "./baseline";
import type { JobContext } from "./context";
import type { FoundFile } from "./find-datasets";
import type { ScanSpec } from "./spec";
import { tellFirstIn } from "./first-findings";
import { scanStreamed, type StreamedScan } from "./streamed-file";

/** A file of more bytes of text, Parquet's unpacked, is read row by row: whole, it would take some twenty times that in memory. */
const STREAMED_ABOVE = 24 * 1024 * 1024;
/** Bytes of the records in which its triggers are mined. */
const MINED_BYTES = 8 * 1024 * 1024;
const MOST_DEFAULT_JOBS = 4;

/** Scans a large file row by row; null for one that is small or can only be read whole. Throws as `scanStreamed` does. */
export async function streamLarge(
  { path, outputPath }: FoundFile,
  { format, input, output, language, jobs, sarif }: ScanSpec,
  baseline: Baseline | null,
  context: JobContext,
): Promise<StreamedScan | null> {
  if (outputPath !== undefined || isClearlyPaired(path)) return null;
  const status = await stat(path).catch(() => null);
  if (status?.isFile() !== true) return null;
  const options = {
    ...{ format, input, output, language, baseline },
    jobs: jobs ?? Math.min(MOST_DEFAULT_JOBS, availableParallelism()),
    above: STREAMED_ABOVE,
    minedBytes: MINED_BYTES,
    places: sarif !== undefined,
  };
  await tellFirstIn(path, options, context);
  return scanStreamed(path, options, context);
}

/** Bytes of heap that a scan in memory holds for a character of text, measured in Java samples of 450 characters. */
const HEAP_PER_CHARACTER = 10;

/** Throws a `Failure` for what cannot be scanned in `heap` bytes: the program would be ended without a word. */
export function requireRoom({ path, samples }: Dataset, heap = getHeapStatistics().heap_size_limit): void {
  const characters = samples.reduce((sum, { input, output }) => sum + input.text.length + output.text.length, 0);
  if (HEAP_PER_CHARACTER * characters <= heap) return;
  const [has, most] = [characters, heap / HEAP_PER_CHARACTER].map((count) => Math.round(count / 1e6));
  throw tooLarge(path, `the texts of the file have ${has} MB, and memory here suffices for scanning ${most} MB whole`);
}

/** What a user must know of a file that was read row by row, in sentences without a full stop. */
export function remarksOn({ file, skippedCount, unlisted, minedShare }: StreamedScan): string[] {
  const first = file.skipped[0];
  const remarks: string[] = [];
  if (first !== undefined) {
    const many = skippedCount === 1 ? "1 record was" : `${skippedCount} records were`;
    const listed = skippedCount > file.skipped.length ? `; the report lists the first ${file.skipped.length}` : "";
    remarks.push(`${many} skipped, the first at ${file.path}:${first.line}: ${first.reason}${listed}`);
  }
  if (minedShare < 1) {
    const percent = (100 * minedShare).toPrecision(2);
    remarks.push(`${file.path} is large: triggers were looked for in ${percent}% of its rows, then in all of them`);
  }
  if (unlisted > 0) remarks.push(`${unlisted} more samples of ${file.path} have findings that are counted, not listed`);
  return remarks;
}

/** The copies that the spec wants. Throws a `Failure` (wrong usage) for a compression that cannot be streamed. */
export function streamedCopies(spec: ScanSpec, { flagged, unreadable, copy }: StreamedScan): FileContent[] {
  const packed = (file: string, content: AsyncIterable<Uint8Array>): FileContent => {
    const suffix = splitCompression(file).suffix.toLowerCase();
    if (suffix === ".zst") {
      const remedy = "Name one without .zst, or with .gz";
      throw new Failure("a copy of a file of this size cannot be written as zstd", { file, remedy, usage: true });
    }
    return { file, content: suffix === ".gz" ? Readable.from(content).pipe(createGzip()) : content };
  };
  return [
    ...(spec.quarantine === undefined
      ? []
      : [
          packed(
            spec.quarantine,
            copy((row) => flagged.has(row)),
          ),
        ]),
    ...(spec.clean === undefined
      ? []
      : [
          packed(
            spec.clean,
            copy((row) => !flagged.has(row) && !unreadable.has(row)),
          ),
        ]),
  ];
}
