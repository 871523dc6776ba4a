/** The files that a scan's report goes to. */
import type { ScanReport } from "../detect/report";
import type { FileContent } from "../foundation/atomic-write";
import { sarifLog } from "./sarif";
import { sarifFile, type ScannedSource } from "./sarif-samples";
import type { ScanSpec } from "./spec";

/** A file that was scanned, and how many of its records could not be read. */
export interface ReportedFile extends ScannedSource {
  readonly skipped: number;
}

const contentOf = (file: string, value: unknown): FileContent => ({
  file,
  content: `${JSON.stringify(value, null, 2)}\n`,
});

/** The JSON report and the SARIF log, where the spec names a file for them. */
export function reportFiles(
  { json, sarif }: Pick<ScanSpec, "json" | "sarif">,
  report: ScanReport,
  measured: readonly ReportedFile[],
): FileContent[] {
  const files: FileContent[] = [];
  if (json !== undefined) files.push(contentOf(json, report));
  if (sarif !== undefined) {
    const sources = measured.map((one) => sarifFile(one, one.skipped));
    files.push(contentOf(sarif, sarifLog(report, sources, process.cwd())));
  }
  return files;
}
