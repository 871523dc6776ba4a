/** Where findings stand in their files, for the editor: the report itself speaks of offsets in decoded fields. */
import { createHash } from "node:crypto";
import { FileWindows } from "../dataset/file-windows";
import { openDataset, type OpenOptions } from "../dataset/open";
import type { FilePosition, Sample } from "../dataset/sample";
import { readRange, recordRanges, textShape } from "../dataset/text-file";
import type { Finding, ScannedFile, ScanReport } from "../detect/report";
import { Failure } from "../foundation/failure";
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
    const rowByRow = await locatedRowByRow(file, findings, signal);
    located.push(...(rowByRow ?? (await locatedInMemory(file, findings, signal))));
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

/** In one pass over the file, of any size; null for a file that is read whole. */
async function locatedRowByRow(
  { path, outputPath, ...rest }: ScannedFile,
  findings: readonly Finding[],
  signal: AbortSignal | undefined,
): Promise<LocatedFinding[] | null> {
  if (outputPath !== undefined) return null;
  const file = await FileWindows.open(path);
  try {
    const shape = await textShape(file, optionsOf({ path, ...rest }, signal));
    if (shape?.plan == null) return null;
    const hash = createHash("sha256").update(await file.read(0, shape.start));
    const onBytes = (bytes: Buffer): void => {
      hash.update(bytes);
    };
    const located: LocatedFinding[] = [];
    const sorted = [...findings].sort((a, b) => a.row - b.row);
    let next = 0;
    for await (const range of recordRanges(file, shape, RANGE, { signal, onBytes })) {
      const first = next;
      while (next < sorted.length && sorted[next]!.row < range.row + range.count) next++;
      if (next === first) continue;
      const samples = (await readRange(file, shape, range)).flatMap(({ sample }) => sample ?? []);
      located.push(...locatedIn(samples, sorted.slice(first, next)));
    }
    if (hash.digest("hex") !== rest.sha256) throw changed(path);
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
