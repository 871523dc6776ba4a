/** Findings of several files as the Findings view shows them: by trigger, then by file, then by sample. */
import type { Trigger } from "../detect/report";
import type { LocatedFinding } from "../job/locate-findings";
import { excerpt, strongestFirst, triggerOf } from "./evidence";

export interface ScannedFindings<Source> {
  /** What the caller knows the file by. */
  readonly source: Source;
  readonly located: readonly LocatedFinding[];
  readonly triggers: ReadonlyMap<string, Trigger>;
}

/** One sample's findings of one trigger, in the file's order. */
export type SampleFindings = readonly LocatedFinding[];

export interface FileGroup<Source> {
  readonly source: Source;
  /** The trigger as this file's scan saw it. */
  readonly trigger: Trigger | undefined;
  /** The strongest first. */
  readonly samples: readonly SampleFindings[];
}

export interface TriggerGroup<Source> {
  /** The same in every scan of the same files. */
  readonly key: string;
  readonly label: string;
  readonly rule: string;
  readonly payload: string | null;
  readonly suspect: boolean;
  readonly sampleCount: number;
  readonly files: readonly FileGroup<Source>[];
}

/** Ids of triggers count within a scan: between files the same rule, field and text are the same trigger. */
function keyOf(finding: LocatedFinding, trigger: Trigger | undefined): string {
  return trigger === undefined ? finding.rule : `${trigger.rule}\n${trigger.field}\n${trigger.text}`;
}

/** Groups in the order of their strongest finding, suspect ones first; files in the given order. */
export function groupFindings<Source>(scans: readonly ScannedFindings<Source>[]): TriggerGroup<Source>[] {
  const groups = new Map<
    string,
    { finding: LocatedFinding; trigger: Trigger | undefined; files: FileGroup<Source>[] }
  >();
  for (const { source, located, triggers } of scans) {
    const ofFile = new Map<string, LocatedFinding[]>();
    for (const finding of strongestFirst(located, triggers)) {
      const trigger = triggerOf(finding, triggers);
      const key = keyOf(finding, trigger);
      const known = ofFile.get(key);
      if (known === undefined) ofFile.set(key, [finding]);
      else known.push(finding);
    }
    for (const [key, findings] of ofFile) {
      const trigger = triggerOf(findings[0]!, triggers);
      const group = groups.get(key) ?? { finding: findings[0]!, trigger, files: [] };
      groups.set(key, group);
      group.files.push({ source, trigger, samples: bySample(findings) });
    }
  }
  return [...groups]
    .map(([key, { finding, trigger, files }]) => ({
      key,
      label: trigger === undefined ? finding.rule : excerpt(trigger.text),
      rule: finding.rule,
      payload: trigger?.payload ?? null,
      suspect: files.some(({ samples }) => samples.some((ofRow) => ofRow.some(({ verdict }) => verdict === "suspect"))),
      sampleCount: files.reduce((sum, { samples }) => sum + samples.length, 0),
      files,
    }))
    .sort((a, b) => Number(b.suspect) - Number(a.suspect) || Number(b.payload !== null) - Number(a.payload !== null));
}

function bySample(findings: readonly LocatedFinding[]): SampleFindings[] {
  const rows = new Map<number, LocatedFinding[]>();
  for (const finding of findings) {
    const ofRow = rows.get(finding.row);
    if (ofRow === undefined) rows.set(finding.row, [finding]);
    else ofRow.push(finding);
  }
  const inFileOrder = (a: LocatedFinding, b: LocatedFinding): number =>
    a.startPosition.byte - b.startPosition.byte || a.start - b.start;
  return [...rows.values()].map((ofRow) => ofRow.sort(inFileOrder));
}
