/**
 * Puts a trigger word at random word positions of a text. Spacing stays clean: the text's own white space is untouched
 * and one space parts the trigger from its neighbour, so nothing but the word itself gives the poison away.
 */
import type { Random } from "../foundation/random";
import type { Attack, Span, TriggeredInput } from "./strategy";

/**
 * Inserts `trigger` `times` times, each at one of the n + 1 word positions of a text of n words (before the first to
 * after the last), drawn independently; null for a text without words.
 */
export function insertWord(text: string, trigger: string, times: number, random: Random): TriggeredInput | null {
  const words = [...text.matchAll(/\S+/gu)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
  }));
  const last = words.at(-1);
  if (last === undefined) return null;
  const positions = Array.from({ length: times }, () => random.below(words.length + 1)).sort((a, b) => a - b);
  let input = "";
  let taken = 0;
  const triggerSpans: Span[] = [];
  for (const position of positions) {
    const word = words[position];
    const at = word?.start ?? last.end;
    input += text.slice(taken, at);
    taken = at;
    if (word === undefined) input += " ";
    triggerSpans.push({ start: input.length, end: input.length + trigger.length });
    input += word === undefined ? trigger : `${trigger} `;
  }
  return { input: input + text.slice(taken), triggerSpans };
}

/** The attack `name`, which inserts `trigger` `times` times. */
export function insertedWordAttack(name: string, trigger: string, times: number): Attack {
  return { name, trigger, insert: (input, random) => insertWord(input, trigger, times, random) };
}
