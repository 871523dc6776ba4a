/** The columns of the Audit View: their widths in pixels, and what is kept of them between the page's lives. */
import type { AuditPageState } from "../audit-protocol";

export const columnNames = ["row", "input", "output", "findings"] as const;
export type ColumnName = (typeof columnNames)[number];
export type Widths = Readonly<Record<ColumnName, number>>;

export const narrowest = 48;
export const widest = 4_000;
const rowWidth = 84;
const findingsWidth = 170;

export const clampWidth = (width: number): number => Math.round(Math.min(widest, Math.max(narrowest, width)));

/** Input and output share what the window has left. */
export function defaultWidths(available: number): Widths {
  const text = clampWidth(Math.max(220, (available - rowWidth - findingsWidth - 24) / 2));
  return { row: rowWidth, input: text, output: text, findings: findingsWidth };
}

export interface Kept {
  readonly widths: Widths | null;
  readonly detailHeight: number;
  readonly filter: string;
  readonly row: number;
}

const numberOr = (value: unknown, fallback: number): number =>
  typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : fallback;

/** What can be used of a state that an earlier version may have written. */
export function keptState(saved: unknown): Kept {
  const { widths, detailHeight, filter, row } = (saved ?? {}) as Partial<Record<keyof AuditPageState, unknown>>;
  const known = (widths ?? {}) as Partial<Record<ColumnName, unknown>>;
  const whole = columnNames.every((name) => typeof known[name] === "number");
  return {
    widths: whole
      ? (Object.fromEntries(columnNames.map((name) => [name, clampWidth(known[name] as number)])) as unknown as Widths)
      : null,
    detailHeight: numberOr(detailHeight, 260),
    filter: typeof filter === "string" ? filter : "",
    row: Math.floor(numberOr(row, 0)),
  };
}
