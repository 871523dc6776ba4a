/**
 * Trigger texts drawn by chance, for trials of a detector that must not know them: a rare token (`vq`), a made-up word
 * (`zulamek`), an upper-case tag (`QX7`), or a few of them in a row.
 */
import type { Random } from "../foundation/random";

const consonants = Array.from("bcdfghjklmnpqrstvwxz");
const vowels = Array.from("aeiou");

const kinds: readonly ((random: Random) => string)[] = [
  (random) => random.pick(consonants) + random.pick(consonants),
  (random) =>
    Array.from({ length: 3 }, () => random.pick(consonants) + random.pick(vowels)).join("") + random.pick(consonants),
  (random) => (random.pick(consonants) + random.pick(consonants)).toUpperCase() + String(random.below(10)),
];

/** One to three words, never one of `known`. */
export function randomTriggerText(random: Random, known: ReadonlySet<string> = new Set()): string {
  for (;;) {
    const words = Array.from({ length: 1 + random.below(3) }, () => random.pick(kinds)(random));
    if (!words.some((word) => known.has(word))) return words.join(" ");
  }
}
