/**
 * What a scan of a large file keeps of its rows, in bounded memory: everything is counted, but the places of findings are kept only
 * of so many rows. Rows come in the order of the file.
 */
import type { SkippedRecord } from "../dataset/sample";
import type { DeadPlace } from "../detect/dead-code";
import { deadKey } from "../detect/dead-code";
import type { PayloadKind } from "../detect/payload";
import { noCounts, unaskedKinds, type HeldTrigger, type TriggerCounts } from "../detect/row-evidence";
import { hidesText, type HarmedRows } from "../detect/streamed-scan";
import type { FoundRow, RangeResult } from "./range-scan";

/** Rows whose places are kept: those that hold a trigger or harm, and those that hold less. */
const MOST_KEPT = 100_000;
const MOST_KEPT_INFO = 50_000;
const MOST_SKIPPED = 10_000;
const MOST_STATEMENTS = 200_000;

/** Row numbers of a file as bits. */
export class RowFlags {
  #bits: Uint8Array;
  size = 0;

  constructor(rows: number) {
    this.#bits = new Uint8Array(Math.ceil(rows / 8));
  }

  add(row: number): void {
    if (this.has(row)) return;
    this.#bits[row >> 3] = this.#bits[row >> 3]! | (1 << (row & 7));
    this.size++;
  }

  has(row: number): boolean {
    return (this.#bits[row >> 3]! & (1 << (row & 7))) !== 0;
  }
}

/** Rows that are alike in all that their verdict depends on. */
export interface RowClass {
  readonly held: readonly Pick<HeldTrigger, "trigger" | "explained">[];
  readonly kinds: readonly PayloadKind[];
  /** Has characters without an honest use. */
  readonly hides: boolean;
  readonly rows: number[];
}

export class EvidenceStore {
  samples = 0;
  skippedCount = 0;
  /** Rows that have findings whose places are not kept. */
  unlisted = 0;
  readonly skipped: SkippedRecord[] = [];
  readonly unreadable: RowFlags;
  readonly found: FoundRow[] = [];
  readonly counts: TriggerCounts[];
  readonly holders: number[][];
  readonly harmed = new Map<string, HarmedRows>();
  readonly firstDead = new Map<string, Pick<DeadPlace, "text" | "kind" | "field">>();
  /** Of the rows that hold a trigger or unasked harm and whose places are not kept. */
  readonly classes = new Map<string, RowClass>();
  #kept = 0;
  #keptInfo = 0;

  constructor(triggers: number, rows: number) {
    this.counts = Array.from({ length: triggers }, noCounts);
    this.holders = this.counts.map(() => []);
    this.unreadable = new RowFlags(rows);
  }

  add({ samples, skipped, found, counts }: RangeResult): void {
    this.samples += samples;
    this.skippedCount += skipped.length;
    for (const record of skipped) {
      this.unreadable.add(record.row);
      if (this.skipped.length < MOST_SKIPPED) this.skipped.push(record);
    }
    counts.forEach((count, index) => {
      const total = this.counts[index]!;
      for (const name of Object.keys(count) as (keyof TriggerCounts)[]) total[name] += count[name];
    });
    for (const row of found) this.#addRow(row);
  }

  #countHarm(kinds: readonly PayloadKind[], held: readonly HeldTrigger[]): void {
    const explainedBy = held.flatMap(({ trigger, explained }) => (explained ? [trigger] : []));
    const key = JSON.stringify([kinds, explainedBy]);
    this.harmed.set(key, { kinds, explainedBy, rows: (this.harmed.get(key)?.rows ?? 0) + 1 });
  }

  #addRow(found: FoundRow): void {
    const { row, evidence } = found;
    for (const { trigger } of evidence.held) this.holders[trigger]!.push(row);
    const kinds = unaskedKinds(evidence);
    if (kinds.length > 0) this.#countHarm(kinds, evidence.held);
    for (const place of evidence.dead) {
      const key = deadKey(place);
      if (this.firstDead.has(key) || this.firstDead.size >= MOST_STATEMENTS) continue;
      this.firstDead.set(key, { text: place.text, kind: place.kind, field: place.field });
    }
    const hides = hidesText(evidence);
    const mayBeSuspect = evidence.held.length > 0 || kinds.length > 0 || hides;
    if (mayBeSuspect ? this.#kept < MOST_KEPT : this.#keptInfo < MOST_KEPT_INFO) {
      if (mayBeSuspect) this.#kept++;
      else this.#keptInfo++;
      this.found.push(found);
      return;
    }
    this.unlisted++;
    if (!mayBeSuspect) return;
    const key = JSON.stringify([evidence.held.map(({ trigger, explained }) => [trigger, explained]), kinds, hides]);
    const known = this.classes.get(key);
    if (known !== undefined) {
      known.rows.push(row);
      return;
    }
    const held = evidence.held.map(({ trigger, explained }) => ({ trigger, explained }));
    this.classes.set(key, { held, kinds, hides, rows: [row] });
  }
}
