/** Where the samples of a scanned file stand, for its SARIF log: from the samples in memory, or from what a streamed scan kept. */
import type { Dataset, Sample } from "../dataset/sample";
import type { ScannedFile } from "../detect/report";
import { sampleHash } from "./baseline";
import type { SarifFile, SarifSample } from "./sarif";
import type { StreamedScan } from "./streamed-file";

/** A file as the scan job has it. */
export interface ScannedSource {
  readonly file: ScannedFile;
  readonly problem: string | null;
  readonly dataset: Dataset | null;
  readonly streamed: StreamedScan | null;
}

/** `skipped`: how many of its records could not be read. */
export function sarifFile({ file, problem, dataset, streamed }: ScannedSource, skipped: number): SarifFile {
  const facts = { file, problem, skipped };
  if (dataset !== null) {
    const samples = new Map<number, Sample>(dataset.samples.map((sample) => [sample.row, sample]));
    return { ...facts, sampleAt: (row) => sampleOf(dataset, samples.get(row)) };
  }
  return {
    ...facts,
    sampleAt(row) {
      const place = streamed?.places.get(row);
      const hasLines = file.format !== "parquet";
      return place === undefined
        ? undefined
        : { hash: place.hash, regionOf: () => (hasLines ? { startLine: place.line } : undefined) };
    },
  };
}

function sampleOf({ format, compression }: Dataset, sample: Sample | undefined): SarifSample | undefined {
  if (sample === undefined) return undefined;
  const hasLines = format !== "parquet" && compression === undefined;
  return {
    hash: sampleHash(sample.input.text, sample.output.text),
    regionOf(field, start, end) {
      if (!hasLines) return undefined;
      const [from, to] = [sample[field].locate(start), sample[field].locate(end)];
      return { startLine: from.line, startColumn: from.column, endLine: to.line, endColumn: to.column };
    },
  };
}
