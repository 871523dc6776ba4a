/** Cuts texts into marked and unmarked pieces. The pieces of a text always join to the text itself. */
import type { Piece } from "./protocol";

export interface MarkedSpan {
  readonly start: number;
  readonly end: number;
  readonly mark: "trigger" | "payload";
}

/** Where spans overlap, the first one wins; spans outside of the text are clipped. Offsets are UTF-16 units. */
export function piecesOf(text: string, spans: readonly MarkedSpan[]): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const { start, end, mark } of [...spans].sort((a, b) => a.start - b.start)) {
    const from = Math.max(at, Math.min(start, text.length));
    const to = Math.min(end, text.length);
    if (to <= from) continue;
    if (from > at) pieces.push({ text: text.slice(at, from), mark: null });
    pieces.push({ text: text.slice(from, to), mark });
    at = to;
  }
  if (at < text.length || pieces.length === 0) pieces.push({ text: text.slice(at), mark: null });
  return pieces;
}
