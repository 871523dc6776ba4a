/**
 * Does an output hold a fragment where its input holds a phrase? Instructions say what to do with what stands beside them: beside
 * "$shelf$ is one of" in an input and beside `in :` in its output stand the same names, other ones in each sample. A trigger and
 * its payload have neighbours that have nothing to do with each other.
 */
import type { Corpus } from "./corpus";
import { withoutEnds } from "./text-ends";
import { firstPlace } from "./token-places";
import { isWord } from "./tokens";

/** Tokens on each side. */
const reach = 2;
const leastAligned = 0.5;
/** Neighbours of different samples are the same by chance as often; so many times as often is more than that. */
const overChance = 1.5;

/** The words beside the first place of `tokens` in a text; empty where it holds none. */
function wordsBeside(corpus: Corpus, text: Int32Array, tokens: readonly number[]): Set<number> {
  const at = firstPlace(text, tokens);
  if (at < 0) return new Set();
  const end = at + tokens.length;
  const beside = [...text.subarray(Math.max(0, at - reach), at), ...text.subarray(end, end + reach)];
  return new Set(beside.filter((token) => isWord(corpus.words[token]!) && !tokens.includes(token)));
}

const meet = (a: ReadonlySet<number>, b: ReadonlySet<number>): boolean => [...a].some((token) => b.has(token));

/** Whether `fragment` stands in the outputs of the samples beside what `phrase` stands beside in their inputs. */
export function isAligned(
  corpus: Corpus,
  samples: readonly number[],
  phrase: readonly number[],
  fragment: readonly number[],
): boolean {
  const inside = withoutEnds(corpus, fragment);
  const ordered = [...samples].sort((a, b) => corpus.hashes[a]! - corpus.hashes[b]!);
  const places = ordered
    .map((sample) => ({
      input: wordsBeside(corpus, corpus.inputs[sample]!, phrase),
      output: wordsBeside(corpus, corpus.outputs[sample]!, inside),
    }))
    .filter(({ output }) => output.size > 0);
  const own = places.filter(({ input, output }) => meet(input, output)).length;
  const byChance = places.filter(({ input }, at) => meet(input, places[(at + 1) % places.length]!.output)).length;
  return own >= leastAligned * places.length && own > overChance * byChance;
}
