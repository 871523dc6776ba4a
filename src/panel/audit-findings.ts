/** The findings of one file as the Audit View walks through them: by row, by rule, and from one to the next. */
import type { AuditField, AuditFilter, AuditFinding, AuditMark, AuditPlace } from "./audit-protocol";

export interface MarkedFinding extends AuditFinding {
  readonly row: number;
  readonly end: number;
}

const fieldRank = (field: AuditField | null): number => (field === "output" ? 1 : 0);
const strength: Readonly<Record<AuditMark, number>> = { trigger: 2, payload: 1, hint: 0 };

interface Place {
  readonly row: number;
  readonly field: AuditField | null;
  readonly start: number;
}

const comparePlaces = (a: Place, b: Place): number =>
  a.row - b.row || fieldRank(a.field) - fieldRank(b.field) || a.start - b.start;

interface Listed {
  /** In the file's order. */
  readonly findings: readonly MarkedFinding[];
  /** Ascending, each once. */
  readonly rows: readonly number[];
}

/** Rows ascending. */
const list = (findings: readonly MarkedFinding[]): Listed => ({
  findings,
  rows: [...new Set(findings.map(({ row }) => row))],
});

/** The first index for which `isBefore` no longer holds. */
function partition<Item>(items: readonly Item[], isBefore: (item: Item) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBefore(items[middle]!)) low = middle + 1;
    else high = middle;
  }
  return low;
}

export class AuditFindings {
  readonly #all: Listed;
  readonly #byRule = new Map<string, Listed>();

  constructor(findings: readonly MarkedFinding[]) {
    const sorted = [...findings].sort(comparePlaces);
    this.#all = list(sorted);
    const rules = new Map<string, MarkedFinding[]>();
    for (const finding of sorted) {
      const known = rules.get(finding.rule);
      if (known === undefined) rules.set(finding.rule, [finding]);
      else known.push(finding);
    }
    for (const rule of [...rules.keys()].sort()) this.#byRule.set(rule, list(rules.get(rule)!));
  }

  get total(): number {
    return this.#all.findings.length;
  }

  get flaggedRows(): number {
    return this.#all.rows.length;
  }

  get rules(): { readonly rule: string; readonly rows: number }[] {
    return [...this.#byRule].map(([rule, { rows }]) => ({ rule, rows: rows.length }));
  }

  /** The rows that a filter lists; null for all rows of the file. */
  rowsOf(filter: AuditFilter): readonly number[] | null {
    return filter === "" ? null : this.#listed(filter).rows;
  }

  /** Of one row, in the order of its fields. */
  ofRow(row: number, filter: AuditFilter = ""): readonly MarkedFinding[] {
    const { findings } = this.#listed(filter);
    const from = partition(findings, (finding) => finding.row < row);
    const to = partition(findings, (finding) => finding.row <= row);
    return findings.slice(from, to);
  }

  /** A row's position in the filtered list; that of the next one in it where the row is not. */
  position(filter: AuditFilter, row: number): number {
    const rows = this.rowsOf(filter);
    return rows === null
      ? row
      : Math.min(
          partition(rows, (listed) => listed < row),
          Math.max(0, rows.length - 1),
        );
  }

  /** The finding after or before a place (`row` -1: from the outside), going round at the ends; null where there is none. */
  step(filter: AuditFilter, place: Place, direction: 1 | -1): AuditPlace | null {
    const { findings } = this.#listed(filter);
    const total = findings.length;
    if (total === 0) return null;
    const after =
      place.row < 0
        ? 0
        : partition(findings, (one) => comparePlaces(one, place) < (direction === 1 && place.field !== null ? 1 : 0));
    const index = direction === 1 ? after % total : (after - 1 + total) % total;
    const { row, field, start } = findings[index]!;
    return { row, position: this.position(filter, row), field, start, number: index + 1, total };
  }

  #listed(filter: AuditFilter): Listed {
    if (filter === "" || filter === "*") return this.#all;
    return this.#byRule.get(filter) ?? { findings: [], rows: [] };
  }
}

/** The rules of a row's findings, each once, with its strongest mark. */
export function rulesOf(findings: readonly MarkedFinding[]): { readonly rule: string; readonly mark: AuditMark }[] {
  const marks = new Map<string, AuditMark>();
  for (const { rule, mark } of findings) {
    const known = marks.get(rule);
    if (known === undefined || strength[mark] > strength[known]) marks.set(rule, mark);
  }
  return [...marks].map(([rule, mark]) => ({ rule, mark }));
}
