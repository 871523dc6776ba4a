/** Makes what the Audit View shows of a row: excerpts of its fields, cut into marked and unmarked pieces. */
import type { Excerpt, RowData } from "../job/row-protocol";
import { rulesOf, type MarkedFinding } from "./audit-findings";
import type { AuditField, AuditPiece, AuditRow, AuditText } from "./audit-protocol";

/** The finding that was jumped to; offsets are those of the field. */
export interface Current {
  readonly field: AuditField | null;
  readonly start: number;
}

/**
 * The excerpt in pieces that join to it. Where findings overlap, each stretch has the mark of the one that began first, and
 * the current one always shows.
 */
export function auditText(
  { text, start, length }: Excerpt,
  findings: readonly MarkedFinding[],
  current: Current | null,
): AuditText {
  const clip = (offset: number): number => Math.max(0, Math.min(offset - start, text.length));
  const spans = findings.map((finding) => ({
    ...{ mark: finding.mark, current: current?.field === finding.field && current.start === finding.start },
    ...{ from: clip(finding.start), to: clip(finding.end) },
  }));
  const cuts = new Set([0, text.length, ...spans.flatMap(({ from, to }) => [from, to])]);
  const edges = [...cuts].sort((a, b) => a - b);
  const pieces: AuditPiece[] = [];
  for (let i = 0; i + 1 < edges.length; i++) {
    const [from, to] = [edges[i]!, edges[i + 1]!];
    const over = spans.filter((span) => span.from <= from && span.to >= to);
    const span = over.find((one) => one.current) ?? over[0];
    const piece = { text: text.slice(from, to), mark: span?.mark ?? null, current: span?.current ?? false };
    const last = pieces.at(-1);
    if (last?.mark === piece.mark && last.current === piece.current) {
      pieces[pieces.length - 1] = { ...last, text: last.text + piece.text };
    } else pieces.push(piece);
  }
  return { pieces, start, shown: text.length, length };
}

/** `findings` are those of the row. */
export function auditRow(data: RowData, findings: readonly MarkedFinding[], current: Current | null): AuditRow {
  const { row, problem, fields } = data;
  const text = (field: AuditField): AuditText | null =>
    fields === null
      ? null
      : auditText(
          fields[field],
          findings.filter((finding) => finding.field === field),
          current,
        );
  return { row, problem, input: text("input"), output: text("output"), rules: rulesOf(findings) };
}

/** What must be in the excerpts of a row: its first finding in each field, or the current one. */
export function anchorsOf(
  findings: readonly MarkedFinding[],
  current: Current | null,
): { row: number; field: AuditField; offset: number }[] {
  return (["input", "output"] as const).flatMap((field) => {
    const inField = findings.filter((finding) => finding.field === field);
    const first = inField.find(({ start }) => current?.field === field && current.start === start) ?? inField[0];
    return first === undefined ? [] : [{ row: first.row, field, offset: first.start }];
  });
}
