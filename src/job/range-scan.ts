/** What a scan's threads do: read a range of a file's records and look at each sample. Runs in a thread or in the scan's own. */
import { FileWindows } from "../dataset/file-windows";
import { rangeReader, type RangedShape, type RecordRange } from "../dataset/record-ranges";
import type { SkippedRecord } from "../dataset/sample";
import { noCounts, rowSearch, type RowEvidence, type RowSearch, type TriggerCounts } from "../detect/row-evidence";
import { sampleHash } from "./baseline";

/** Plain data: a thread is started with it. */
export interface RangeScanSetup {
  readonly shape: RangedShape;
  readonly search: RowSearch;
  /** Whether rows with evidence need their `sampleHash`. */
  readonly hashes: boolean;
}

export interface FoundRow {
  readonly row: number;
  /** On which the record starts, from 1. */
  readonly line: number;
  readonly evidence: RowEvidence;
  readonly hash: string;
}

/** Plain data, in the order of the rows. */
export interface RangeResult {
  /** Samples that were read. */
  readonly samples: number;
  readonly skipped: readonly SkippedRecord[];
  readonly found: readonly FoundRow[];
  /** One entry for each trigger of the search. */
  readonly counts: readonly TriggerCounts[];
}

export interface RangeScanner {
  scan(range: RecordRange): Promise<RangeResult>;
  close(): Promise<void>;
}

/** Opens the file for scanning. Throws a `Failure` when it or a grammar cannot be read, or it has changed. */
export async function rangeScanner({ shape, search, hashes }: RangeScanSetup): Promise<RangeScanner> {
  const file = await FileWindows.open(shape.path, shape.identity);
  const [lookAt, reader] = await Promise.all([rowSearch(search), rangeReader(file, shape)]).catch(
    async (error: unknown) => {
      await file.close();
      throw error;
    },
  );
  return {
    async scan(range) {
      const counts = search.triggers.map(noCounts);
      const skipped: SkippedRecord[] = [];
      const found: FoundRow[] = [];
      let samples = 0;
      for await (const { row, line, texts } of reader.texts(range)) {
        if (typeof texts === "string") {
          skipped.push({ row, line, reason: texts });
          continue;
        }
        samples++;
        const evidence = lookAt(texts, counts);
        if (evidence !== null)
          found.push({ row, line, evidence, hash: hashes ? sampleHash(texts.input, texts.output) : "" });
      }
      return { samples, skipped, found, counts };
    },
    close: () => file.close(),
  };
}
