/** Where findings stand in their files, for the editor: the report itself speaks of offsets in decoded fields. */
import { openDataset } from "../dataset/open";
import type { FilePosition, Sample } from "../dataset/sample";
import type { Finding, ScanReport } from "../detect/report";
import { Failure } from "../foundation/failure";

export interface LocatedFinding extends Finding {
  readonly startPosition: FilePosition;
  readonly endPosition: FilePosition;
  /** The span with some of the field's text on either side. */
  readonly surroundings: string;
}

/** UTF-16 units on either side of a span. */
const reach = 30;

/**
 * The report's findings with their places, in the report's order. Reads the files again, and throws a `Failure` for one
 * that changed since the scan, because offsets into other text would mark the wrong places.
 */
export async function locateFindings(report: ScanReport, signal?: AbortSignal): Promise<LocatedFinding[]> {
  const located: LocatedFinding[] = [];
  for (const { path, outputPath, columns, format, sha256 } of report.files) {
    const findings = report.findings.filter(({ file }) => file === path || file === outputPath);
    if (findings.length === 0 || columns === null || format === null) continue;
    const dataset = await openDataset(path, { ...columns, format, ...(signal === undefined ? {} : { signal }) });
    if (dataset.sha256 !== sha256) {
      throw new Failure("the file changed while it was scanned", { file: path, remedy: "Scan it again" });
    }
    located.push(...locatedIn(dataset.samples, findings));
  }
  return located;
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
