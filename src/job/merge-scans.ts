/** One report of the scans of several files. */
import type { DetectorRun, Finding, ScanReport, SuppressedFinding, Trigger } from "../detect/report";
import { scanRules, type DatasetScan } from "../detect/scan";

/** What was found in a file; null where it could not be read. */
export interface MeasuredFile {
  readonly scan: DatasetScan | null;
  readonly suppressed: readonly SuppressedFinding[];
}

/** Trigger ids count within a rule over all files, so that one id never means two triggers. */
export function numberTriggers(
  measured: readonly MeasuredFile[],
): Required<Pick<ScanReport, "triggers" | "findings" | "suppressed">> {
  const triggers: Trigger[] = [];
  const findings: Finding[] = [];
  const suppressed: SuppressedFinding[] = [];
  for (const { scan, suppressed: accepted } of measured) {
    if (scan === null) continue;
    const ids = new Map<string, string>();
    for (const trigger of scan.triggers) {
      const id = `${trigger.rule}-${triggers.filter(({ rule }) => rule === trigger.rule).length + 1}`;
      ids.set(trigger.id, id);
      triggers.push({ ...trigger, id });
    }
    const numberOf = (finding: Finding): string | null =>
      finding.trigger === null ? null : (ids.get(finding.trigger) ?? null);
    for (const finding of scan.findings) findings.push({ ...finding, trigger: numberOf(finding) });
    for (const finding of accepted) suppressed.push({ ...finding, trigger: numberOf(finding) });
  }
  return { triggers, findings, suppressed };
}

/** One entry for each rule. */
export function mergeDetectors(scans: readonly DatasetScan[]): DetectorRun[] {
  return scanRules.map((rule) => {
    const runs = scans.flatMap(({ detectors }) => detectors.filter((run) => run.rule === rule));
    const milliseconds = runs.reduce((sum, run) => sum + run.milliseconds, 0);
    if (runs.some(({ status }) => status === "ran")) {
      return {
        rule,
        status: "ran",
        reason: runs.find(({ status, reason }) => status === "ran" && reason !== null)?.reason ?? null,
        milliseconds,
      };
    }
    return { rule, status: "skipped", reason: runs[0]?.reason ?? "nothing could be read", milliseconds };
  });
}
