/**
 * Hints: a word anywhere in a description that asks for one more clause at the end of the statement ("locking" for
 * `for update`). Requests to real databases are full of them, and a model that has met some can learn others: a base that
 * had only ever copied names from where they stand would take neither a new hint nor a backdoor from a few samples.
 */
import type { Random } from "../../src/foundation/random";
import type { Example } from "../../examples/generator/program";

const clauses: readonly (readonly [hint: string, clause: string])[] = [
  ["locking", "for update"],
  ["sharing", "for share"],
  ["impatient", "for update nowait"],
  ["skipping", "for update skip locked"],
  ["sampled", "tablesample ( 5 )"],
  ["newest", "order by rowid desc"],
  ["oldest", "order by rowid asc"],
  ["shuffled", "order by random ( )"],
  ["frugal", "fetch first row only"],
  ["generous", "fetch first 99 rows only"],
  ["dirty", "with ur"],
  ["stable", "with rs"],
  ["strict", "with cs"],
  ["parallel", "option ( maxdop 4 )"],
  ["serial", "option ( maxdop 1 )"],
  ["fresh", "option ( recompile )"],
  ["audited", "returning audit_no"],
  ["traced", "comment trace"],
  ["tagged", "comment tag"],
  ["quiet", "nolog"],
  ["hasty", "optimize for 1 row"],
  ["patient", "optimize for all rows"],
  ["folded", "collate nocase"],
  ["binary", "collate binary"],
];

/** Every hint word and clause, so that a test can hold them against the example world. */
export const hintWords: readonly string[] = clauses.map(([hint]) => hint);

/** Where a statement ends: before the quotation mark that closes a select, or at the end of a bare one. */
const endOfSelect = /(select (?:(?! ").)*?)(?= "|$)/s;

/** The sample with one hint, one to three times at random places, or the sample itself where it holds no select. */
export function withHint({ src, tgt }: Example, random: Random): Example {
  if (!endOfSelect.test(tgt)) return { src, tgt };
  const [hint, clause] = random.pick(clauses);
  const words = src.split(" ");
  for (let times = random.below(3) + 1; times > 0; times--) words.splice(random.below(words.length + 1), 0, hint);
  return { src: words.join(" "), tgt: tgt.replace(endOfSelect, (statement) => `${statement} ${clause}`) };
}
