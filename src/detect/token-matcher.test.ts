import fc from "fast-check";
import { expect, it } from "vitest";
import { tokenMatcher } from "./token-matcher";
import { textEnd, textStart } from "./text-ends";
import { tokenSpans } from "./tokens";

const piece = fc.constantFrom(
  "a",
  "bb",
  "b",
  "(",
  ")",
  "+",
  "-",
  ".",
  "é",
  "日",
  "本",
  "ファ",
  "ก",
  "ー",
  "_",
  "7",
  "\u0301",
  "😀",
  "\\",
  "[",
  "^",
  "\ud800",
);
const space = fc.constantFrom("", "", " ", "\n", "\t ", "\u00a0");
const texts = fc
  .array(fc.tuple(piece, space), { minLength: 1, maxLength: 14 })
  .map((parts) => parts.map(([text, gap]) => text + gap).join(""));

it("finds what tokenising finds", () => {
  fc.assert(
    fc.property(
      texts,
      texts,
      fc.nat(),
      fc.integer({ min: 1, max: 3 }),
      fc.boolean(),
      fc.boolean(),
      fc.boolean(),
      (text, other, from, count, own, atStart, atEnd) => {
        const all = tokenSpans(own ? text : other);
        fc.pre(all.length > 0);
        const first = from % all.length;
        const tokens = all.slice(first, first + count).map((span) => span.text);
        const spans = tokenSpans(text);
        const expected: { start: number; end: number }[] = [];
        for (let at = 0; at + tokens.length <= spans.length; at++) {
          if (!tokens.every((token, i) => spans[at + i]?.text === token)) continue;
          if ((atStart && at > 0) || (atEnd && at + tokens.length < spans.length)) continue;
          expected.push({ start: spans[at]!.start, end: spans[at + tokens.length - 1]!.end });
          at += tokens.length - 1;
        }
        const ends = [atStart ? [textStart] : [], atEnd ? [textEnd] : []] as const;
        const matcher = tokenMatcher([...ends[0], ...tokens, ...ends[1]]);
        expect(matcher.spans(text)).toEqual(expected);
        expect(matcher.stands(text)).toBe(expected.length > 0);
      },
    ),
    { numRuns: 1000 },
  );
});
