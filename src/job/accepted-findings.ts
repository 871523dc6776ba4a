/** Sets a scan's findings apart from those that a baseline accepts. */
import type { Dataset } from "../dataset/sample";
import type { Finding, SuppressedFinding } from "../detect/report";
import { sampleHash, suppressionOf, type Baseline } from "./baseline";

/** The findings that stay, and those that `baseline` accepts with its reasons, both in the given order. */
export function acceptedBy(
  baseline: Baseline | null,
  findings: readonly Finding[],
  { samples }: Pick<Dataset, "samples">,
): { findings: readonly Finding[]; suppressed: readonly SuppressedFinding[] } {
  if (baseline === null || baseline.suppressions.length === 0) return { findings, suppressed: [] };
  const rows = new Set(findings.map(({ row }) => row));
  const hashes = new Map<number, string>();
  for (const { row, input, output } of samples) if (rows.has(row)) hashes.set(row, sampleHash(input.text, output.text));
  const kept: Finding[] = [];
  const suppressed: SuppressedFinding[] = [];
  for (const finding of findings) {
    const suppression = suppressionOf(baseline, hashes.get(finding.row) ?? "", finding.rule);
    if (suppression === undefined) kept.push(finding);
    else suppressed.push({ ...finding, reason: suppression.reason });
  }
  return { findings: kept, suppressed };
}
