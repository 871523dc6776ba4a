/** What findings mean to a reader, apart from VS Code: kind of mark, strength, and the order of importance. */
import type { Finding, ScanReport, Trigger } from "../detect/report";

/** What a span is: text that sets the backdoor off, text that it makes the model write, or a hint that proves nothing. */
export type MarkKind = "trigger" | "payload" | "hint";

/** From certain to weak: a trigger tied to a payload, a suspect span alone, a remark. */
export type Evidence = "established" | "suspect" | "info";

export const triggersById = (report: Pick<ScanReport, "triggers">): ReadonlyMap<string, Trigger> =>
  new Map(report.triggers.map((trigger) => [trigger.id, trigger]));

export const triggerOf = (finding: Finding, triggers: ReadonlyMap<string, Trigger>): Trigger | undefined =>
  finding.trigger === null ? undefined : triggers.get(finding.trigger);

export function evidenceOf(finding: Finding, trigger: Trigger | undefined): Evidence {
  if (finding.verdict === "info") return "info";
  return trigger !== undefined && trigger.payload !== null ? "established" : "suspect";
}

/** A span in a field other than its trigger's is what the trigger brings about. */
export function markKindOf(finding: Finding, trigger: Trigger | undefined): MarkKind {
  if (finding.verdict === "info") return "hint";
  const broughtAbout = trigger !== undefined && trigger.field !== finding.field;
  return finding.rule === "payload" || broughtAbout ? "payload" : "trigger";
}

const weight: Readonly<Record<Evidence, number>> = { established: 2, suspect: 1, info: 0 };

/** The strongest first; findings of equal strength keep the file's order. */
export function strongestFirst<F extends Finding>(findings: readonly F[], triggers: ReadonlyMap<string, Trigger>): F[] {
  const strength = (finding: F): number => weight[evidenceOf(finding, triggerOf(finding, triggers))] + finding.score;
  return [...findings].sort((a, b) => strength(b) - strength(a) || a.row - b.row || a.start - b.start);
}

/** `text` on one line with its invisible characters spelt out, cut to `length` UTF-16 units. */
export function excerpt(text: string, length = 60): string {
  const visible = text
    .replace(/\s+/g, " ")
    .replace(/\p{C}/gu, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
  return visible.length <= length ? visible : `${visible.slice(0, length - 1)}…`;
}

/** Text before a span that a narrow list has room for (UTF-16 units). */
const longestLead = 12;

/**
 * A span and what follows it, on one line, for a narrow list: of the `lead` units before it only whole words that fit, so that the
 * span itself is seen.
 */
export function excerptAround(surroundings: string, lead: number, length = 100): string {
  if (lead <= longestLead) return excerpt(surroundings, length);
  const near = surroundings.slice(lead - longestLead);
  const word = near.slice(0, longestLead).search(/(?<=\s)\S/);
  return excerpt(`… ${near.slice(word === -1 ? longestLead : word)}`, length);
}
