/** Where findings stand in their files, for the editor: the report itself speaks of offsets in decoded fields. */
import { FileWindows } from "../dataset/file-windows";
import { openDataset, type OpenOptions } from "../dataset/open";
import { rangedShape, rangeReader, surveyOf } from "../dataset/record-ranges";
import type { FilePosition, Sample } from "../dataset/sample";
import type { Finding, ScannedFile, ScanReport } from "../detect/report";
import { Failure, throwIfCancelled } from "../foundation/failure";
import { reach } from "./surroundings";

export interface LocatedFinding extends Finding {
  readonly startPosition: FilePosition;
  readonly endPosition: FilePosition;
  /** The span with some of the field's text on either side. */
  readonly surroundings: string;
}

/**
 * The report's findings with their places, in the report's order. Reads the files again, and throws a `Failure` for one
 * that changed since the scan, because offsets into other text would mark the wrong places.
 */
export async function locateFindings(report: ScanReport, signal?: AbortSignal): Promise<LocatedFinding[]> {
  const located: LocatedFinding[] = [];
  for (const file of report.files) {
    const findings = report.findings.filter(
      (finding) => finding.file === file.path || finding.file === file.outputPath,
    );
    if (findings.length === 0 || file.columns === null || file.format === null) continue;
    const byRange = await locatedByRange(file, findings, signal);
    located.push(...(byRange ?? (await locatedInMemory(file, findings, signal))));
  }
  return located;
}

const optionsOf = ({ columns, format }: ScannedFile, signal: AbortSignal | undefined): OpenOptions => ({
  ...columns,
  ...(format === null ? {} : { format }),
  signal,
});

const changed = (file: string): Failure =>
  new Failure("the file changed while it was scanned", { file, remedy: "Scan it again" });

async function locatedInMemory(
  file: ScannedFile,
  findings: readonly Finding[],
  signal: AbortSignal | undefined,
): Promise<LocatedFinding[]> {
  const dataset = await openDataset(file.path, optionsOf(file, signal));
  if (dataset.sha256 !== file.sha256) throw changed(file.path);
  return locatedIn(dataset.samples, findings);
}

const RANGE = { records: 500, bytes: 1024 * 1024 };

/** In bounded memory; null for a file that must be read whole. */
async function locatedByRange(
  { path, outputPath, ...rest }: ScannedFile,
  findings: readonly Finding[],
  signal: AbortSignal | undefined,
): Promise<LocatedFinding[] | null> {
  if (outputPath !== undefined) return null;
  const file = await FileWindows.open(path);
  try {
    const shape = await rangedShape(file, optionsOf({ path, ...rest }, signal));
    if (shape === null) return null;
    const { sha256, ranges } = await surveyOf(file, shape, RANGE, signal);
    if (sha256 !== rest.sha256) throw changed(path);
    const reader = await rangeReader(file, shape);
    const located: LocatedFinding[] = [];
    const sorted = [...findings].sort((a, b) => a.row - b.row);
    let next = 0;
    for (const range of ranges) {
      const first = next;
      while (next < sorted.length && sorted[next]!.row < range.row + range.count) next++;
      if (next === first) continue;
      throwIfCancelled(signal);
      const samples: Sample[] = [];
      for await (const { sample } of reader.samples(range)) if (sample !== null) samples.push(sample);
      located.push(...locatedIn(samples, sorted.slice(first, next)));
    }
    return located;
  } finally {
    await file.close();
  }
}

/** The findings with their places, in the order given; those in other samples are left out. */
export function locatedIn(samples: readonly Sample[], findings: readonly Finding[]): LocatedFinding[] {
  const byRow = new Map<number, Sample>(samples.map((sample) => [sample.row, sample]));
  return findings.flatMap((finding): LocatedFinding[] => {
    const field = byRow.get(finding.row)?.[finding.field];
    if (field === undefined) return [];
    return [
      {
        ...finding,
        startPosition: field.locate(finding.start),
        endPosition: field.locate(finding.end),
        surroundings: field.text.slice(Math.max(0, finding.start - reach), finding.end + reach),
      },
    ];
  });
}
