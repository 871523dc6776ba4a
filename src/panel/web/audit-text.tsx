/** Text of strangers: as text nodes, with the marks named for who cannot see them and told apart by their borders. */
import type { AuditMark, AuditText } from "../audit-protocol";

export const markNames: Readonly<Record<AuditMark, string>> = { trigger: "trigger", payload: "payload", hint: "hint" };
/** For lists, where a border says nothing. */
export const markSigns: Readonly<Record<AuditMark, string>> = { trigger: "▲", payload: "◆", hint: "○" };

/** In a cell of few lines: breaks shown as a sign, so that more of the text is seen. */
const flat = (text: string): string => text.replace(/[^\S\r\n]*(?:\r\n|\r|\n)\s*/g, " ⏎ ");

export function MarkedText({ text, oneLine = false }: { readonly text: AuditText; readonly oneLine?: boolean }) {
  const { pieces, start, shown, length } = text;
  return (
    <>
      {start > 0 && <span class="cut">… </span>}
      {pieces.map((piece, index) => {
        const shownText = oneLine ? flat(piece.text) : piece.text;
        if (piece.mark === null) return shownText;
        return (
          <mark class={`${piece.mark}${piece.current ? " current" : ""}`} key={index} title={markNames[piece.mark]}>
            <span class="announcement">{markNames[piece.mark]}: </span>
            {shownText}
          </mark>
        );
      })}
      {start + shown < length && <span class="cut"> …</span>}
    </>
  );
}
