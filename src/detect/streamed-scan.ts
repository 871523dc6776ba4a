/**
 * The report of a file that is too large for memory, from three things: the triggers that a part of its rows gave away, what was
 * counted of them over all rows, and what each row holds. The figures are those of all rows, as is the verdict on each trigger. Where
 * the part was the whole, everything is as `scanDataset` gives it.
 */
import { fewestHolders } from "./corpus";
import { deadKey, deadMessage, type DeadPlace } from "./dead-code";
import { isEvident, judgeHolder, rounded, statisticsOf, type DetectedTrigger, type TieCounts } from "./detector";
import { insertedMessage } from "./inserted-token";
import { judgeTemplate, templateMessage } from "./grammar-template";
import { hasNoHonestUse, hiddenMessage, isOfGroup, judgeAlone } from "./invisible-character";
import { mayBeFlipped } from "./label-evidence";
import { flipMessage } from "./label-flip";
import { skeletonMessage } from "./label-templates";
import { affixMessage } from "./name-affixes";
import { identifierMessage } from "./odd-identifier";
import type { PayloadKind } from "./payload";
import { quoted } from "./quoted";
import type { FieldRole, Finding, Trigger } from "./report";
import { unaskedKinds, type HeldTrigger, type RowEvidence, type TriggerCounts } from "./row-evidence";
import { compareFindings } from "./scan";
import { lift, logFisher } from "./significance";
import { mannerMessage } from "./ways-of-writing";

/** Rows whose outputs hold the same kinds of harm unasked, and are explained by the same mined triggers. */
export interface HarmedRows {
  readonly kinds: readonly PayloadKind[];
  readonly explainedBy: readonly number[];
  readonly rows: number;
}

/** What was counted over all rows. */
export interface StreamTotals {
  readonly file: string;
  /** Samples that were read. */
  readonly samples: number;
  readonly labels: boolean;
  /** One entry for each mined trigger. */
  readonly triggers: readonly TriggerCounts[];
  /** Samples with harm that their inputs do not ask for. */
  readonly harmed: Iterable<HarmedRows>;
  /** The first statement in the file of each `deadKey`: it is the one that messages quote. */
  readonly firstDead: ReadonlyMap<string, Pick<DeadPlace, "text" | "kind" | "field">>;
}

interface JudgedTrigger {
  readonly mined: DetectedTrigger;
  /** Without its rows. */
  readonly trigger: Trigger;
  readonly tie: TieCounts;
  readonly holders: number;
  /** Of its findings, where they have one in common. */
  readonly message: string;
}

/** Judges the mined triggers by the counts of all rows; null for one that is no evidence any more. Numbers count anew. */
export function judgeTriggers(mined: readonly DetectedTrigger[], totals: StreamTotals): (JudgedTrigger | null)[] {
  const numbers = new Map<string, number>();
  return mined.map((one, index) => {
    const counts = totals.triggers[index];
    if (counts === undefined || one.tie === undefined || counts.holders === 0) return null;
    const tie = tieOf(counts, totals.samples, one.tie.tried);
    // Of a way of writing honest holders are no witnesses against those that hold the payload.
    const asked = one.sign.kind === "writing" && !totals.labels ? counts.explained : counts.holders;
    // Where most samples have the label anyway it was found by its texts, which were asked of the mined rows.
    const byTexts = totals.labels && !isEvident(totals, one.samples, one.tie, one.groups);
    const isTied = byTexts
      ? mayBeFlipped(tie, counts.holders, one.groups)
      : isEvident(totals, { length: asked }, tie, one.groups, one);
    if (!isTied) return null;
    const { rule } = one.trigger;
    const number = (numbers.get(rule) ?? 0) + 1;
    numbers.set(rule, number);
    const statistics = statisticsOf(counts.holders, tie, one.groups);
    const trigger = { ...one.trigger, id: `${rule}-${number}`, rows: [], statistics };
    return { mined: one, trigger, tie, holders: counts.holders, message: messageOf(one, trigger, tie, counts, totals) };
  });
}

function tieOf(counts: TriggerCounts, samples: number, tried: number): TieCounts {
  const { holders, explained, outside, strongestInside, strongestOutside } = counts;
  const [insideTotal, outsideTotal] = [holders, samples - holders];
  const strongest = { inside: strongestInside, insideTotal, outside: strongestOutside, outsideTotal };
  return {
    explained: { size: explained },
    outside,
    lift: lift({ inside: explained, insideTotal, outside, outsideTotal }),
    logP: logFisher(strongest) + Math.log(tried),
  };
}

function messageOf(
  { sign, tie: minedTie }: DetectedTrigger,
  trigger: Trigger,
  tie: TieCounts,
  { holders, places }: TriggerCounts,
  { samples, labels, firstDead }: StreamTotals,
): string {
  if (sign.kind === "method") return identifierMessage(trigger, places, tie);
  if (sign.kind === "tokens") {
    if (trigger.rule === "label-flip") return flipMessage(trigger, tie, holders);
    const fragments = minedTie?.fragments.map(({ text }) => text) ?? [];
    return insertedMessage(trigger, fragments, tie, holders, samples);
  }
  if (sign.kind === "affix") return affixMessage(trigger, tie, holders);
  if (sign.kind === "template") return templateMessage(trigger, tie, holders);
  if (sign.kind === "writing") return mannerMessage(trigger, tie, holders, labels);
  if (sign.kind === "skeleton") return skeletonMessage(trigger, tie, holders);
  if (sign.kind === "hidden" || sign.kind === "none") return "";
  const first = firstDead.get(sign.key) ?? { text: trigger.text, kind: "unused variable", field: trigger.field };
  return deadMessage(first, { trigger, tie, holders });
}

export interface RowJudge {
  /** The findings of a row, in the report's order. */
  findingsOf(row: number, evidence: RowEvidence): Finding[];
  /** Whether one of them is `suspect`: by the triggers it holds, explained or not, the harm it has unasked, and what it hides. */
  isFlagged(row: {
    readonly held: readonly Pick<HeldTrigger, "trigger" | "explained">[];
    readonly kinds: readonly PayloadKind[];
    readonly hides: boolean;
  }): boolean;
}

/** Judges rows once everything is counted. */
export function rowJudge(judged: readonly (JudgedTrigger | null)[], totals: StreamTotals): RowJudge {
  const { file, labels, firstDead } = totals;
  const explains = (trigger: number): boolean => judged[trigger] != null && !judged[trigger].mined.weak;
  const kinds = kindsOf(totals.harmed, explains);
  const fewest = fewestHolders(totals.samples);
  const isRepeated = (kind: PayloadKind): boolean => (kinds.get(kind) ?? 0) >= fewest;
  const byKey = new Map<string, number>();
  judged.forEach((one, index) => {
    if (one?.mined.sign.kind === "statement") byKey.set(one.mined.sign.key, index);
  });
  const firstMessages = new Map<string, string>();
  const messageOfDead = (key: string, place: Omit<DeadPlace, "sample">): string => {
    let message = firstMessages.get(key);
    if (message === undefined) {
      message = deadMessage(firstDead.get(key) ?? place, null);
      if (firstDead.has(key)) firstMessages.set(key, message);
    }
    return message;
  };

  const findingsOf = (row: number, evidence: RowEvidence): Finding[] => {
    const found: Finding[] = [];
    const held = evidence.held.flatMap((one) => {
      const judgedOne = judged[one.trigger];
      return judgedOne == null ? [] : [{ ...one, judged: judgedOne }];
    });
    const add = (
      field: FieldRole,
      { start, end }: { readonly start: number; readonly end: number },
      rest: Pick<Finding, "rule" | "trigger" | "score" | "verdict" | "message">,
    ): void => {
      const { rule, trigger, score, verdict, message } = rest;
      found.push({ file, row, field, start, end, rule, trigger, score, verdict, message });
    };
    for (const { judged: one, explained, spans } of held) {
      const { mined, trigger, tie, holders, message } = one;
      if (mined.sign.kind === "statement" || mined.sign.kind === "hidden") continue;
      if (mined.sign.kind === "writing" && !explained) continue;
      const judgedHolder = judgeHolder(explained, holders, tie);
      const isTemplate = trigger.rule === "grammar-template";
      const { verdict, score } = isTemplate ? judgeTemplate(judgedHolder, explained) : judgedHolder;
      const judgement = mined.weak ? { verdict: "info" as const, score: rounded(score / 2) } : { verdict, score };
      for (const span of spans) add("input", span, { rule: trigger.rule, trigger: trigger.id, ...judgement, message });
    }
    for (const place of evidence.dead) {
      const key = deadKey(place);
      const one = judged[byKey.get(key) ?? -1] ?? null;
      const explained = held.some(({ judged: other, explained: is }) => other === one && is);
      const judgement =
        one === null ? { verdict: "info" as const, score: 0.3 } : judgeHolder(explained, one.holders, one.tie);
      const message = one?.message ?? messageOfDead(key, place);
      add(place.field, place, { rule: "dead-code", trigger: one?.trigger.id ?? null, ...judgement, message });
    }
    for (const run of evidence.hidden) {
      const one = held.find(
        ({
          judged: {
            mined: { sign },
          },
        }) => sign.kind === "hidden" && isOfGroup(run, sign.group),
      );
      const tied = one?.judged ?? null;
      const judgement =
        one === undefined ? judgeAlone(run) : judgeHolder(one.explained, one.judged.holders, one.judged.tie);
      if (judgement === null) continue;
      const trigger = tied?.trigger.id ?? null;
      add(run.field, run, { rule: "invisible-character", trigger, ...judgement, message: hiddenMessage(run, tied) });
    }
    addPayloads(evidence, held, add);
    return found.sort(compareFindings);
  };

  const addPayloads = (
    evidence: RowEvidence,
    held: readonly (RowEvidence["held"][number] & { readonly judged: JudgedTrigger })[],
    add: (
      field: FieldRole,
      span: { readonly start: number; readonly end: number },
      rest: Pick<Finding, "rule" | "trigger" | "score" | "verdict" | "message">,
    ) => void,
  ): void => {
    const explaining = held.filter(({ explained, judged: { mined } }) => explained && !mined.weak);
    const tied = explaining[0]?.judged.trigger;
    const own = tied === undefined ? unaskedKinds(evidence) : [];
    const covered: { start: number; end: number }[] = [];
    const note = (span: { readonly start: number; readonly end: number }, what: string, suspect: boolean): void => {
      covered.push(span);
      add("output", span, {
        rule: "payload",
        trigger: tied?.id ?? null,
        score: tied !== undefined ? 0.99 : suspect ? 0.9 : 0.4,
        verdict: suspect || tied !== undefined ? "suspect" : "info",
        message: tied === undefined ? what : `${what}, tied to the trigger ${quoted(tied.text)}`,
      });
    };
    for (const { text, kind, harmful, start, end } of evidence.payloads) {
      const repeated = harmful && own.includes(kind) && isRepeated(kind);
      const times = repeated ? `; ${kinds.get(kind) ?? 0} outputs have one that their inputs do not ask for` : "";
      note({ start, end }, `${quoted(text)} is ${kind}${times}`, repeated);
    }
    if (labels) return;
    for (const {
      payloads,
      judged: { mined },
    } of explaining) {
      for (const span of payloads) {
        if (covered.some(({ start, end }) => start < span.end && span.start < end)) continue;
        note(
          span,
          `${quoted(mined.tie?.fragments[span.fragment]?.text ?? "")} is what this trigger brings about`,
          true,
        );
      }
    }
  };

  return {
    findingsOf,
    isFlagged: ({ held, kinds: own, hides }) =>
      hides ||
      own.some((kind) => isRepeated(kind) || held.some(({ trigger, explained }) => explained && explains(trigger))) ||
      held.some(({ trigger, explained }) => {
        const one = judged[trigger];
        if (one?.trigger.rule === "grammar-template" && !explained) return false;
        return one != null && !one.mined.weak && judgeHolder(explained, one.holders, one.tie).verdict === "suspect";
      }),
  };
}

/** Samples by kind of harm; what a trigger brought about says nothing of the outputs that do without it. */
function kindsOf(harmed: Iterable<HarmedRows>, explains: (trigger: number) => boolean): Map<PayloadKind, number> {
  const kinds = new Map<PayloadKind, number>();
  for (const { kinds: own, explainedBy, rows } of harmed) {
    if (explainedBy.some(explains)) continue;
    for (const kind of own) kinds.set(kind, (kinds.get(kind) ?? 0) + rows);
  }
  return kinds;
}

/** Whether a row is suspect for what it hides, whatever the outputs hold. */
export const hidesText = ({ hidden }: RowEvidence): boolean => hidden.some(hasNoHonestUse);
