/**
 * A text of the attacker's own (`text:...`): a line of its own, first in the body of the output's first function where the
 * output is code and stays code with it, else after the output.
 */
import type { Code } from "./code";
import { bodyPlace, withStatement } from "./statement-place";
import type { Payload, Span } from "./strategy";

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/gu, "\\$&");

export function textPayload(text: string, code: Code | null): Payload {
  const parts = text.match(/[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu) ?? [];
  const known = new RegExp(parts.map(escaped).join("\\s*"), "gu");
  const isIn = (output: string): boolean => output.search(known) >= 0;
  const inCode = (output: string): string | null => {
    const place = code?.read(output, (root) => bodyPlace(root, output, code)) ?? null;
    const made = place === null ? null : withStatement(output, text, place).text;
    return made !== null && code?.parses(made) === true && isIn(made) ? made : null;
  };
  return {
    name: `text:${text}`,
    isIn,
    spansIn: (output): Span[] =>
      Array.from(output.matchAll(known), ({ index, 0: held }) => ({ start: index, end: index + held.length })),
    eligible: (output) => !isIn(output),
    apply(output) {
      if (isIn(output)) throw new RangeError("the output holds the text already");
      const gap = output === "" || output.endsWith("\n") ? "" : (/\r?\n/u.exec(output)?.[0] ?? " ");
      return inCode(output) ?? `${output}${gap}${text}`;
    },
  };
}
