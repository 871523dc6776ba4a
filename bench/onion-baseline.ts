/**
 * Baseline: ONION (Qi et al., EMNLP 2021) with an n-gram model of the dataset itself in place of GPT-2. A token is suspicious
 * by how far the input's perplexity falls without it; an input is as suspicious as its worst token. Trigrams interpolated
 * with bigrams and unigrams; the input's own counts stay in the model, as they would in one trained on the file.
 */
const tokensOf = (text: string): string[] => text.match(/[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu) ?? [];

/** At most this many tokens of an input are looked at: the cost is linear in them. */
const longest = 256;

/** Each input's score: the largest fall of perplexity, in its own units, when one token is left out. */
export function onionScores(inputs: readonly string[]): Float64Array {
  const texts = inputs.map((input) => ["", "", ...tokensOf(input).slice(0, longest), ""]);
  const counts = new Map<string, number>();
  let total = 0;
  const add = (key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1);
  for (const text of texts) {
    for (let at = 2; at < text.length; at++) {
      const [a, b, c] = [text[at - 2]!, text[at - 1]!, text[at]!];
      add(`1${c}`);
      add(`2${b} ${c}`);
      add(`3${a} ${b} ${c}`);
      add(`<${b}`);
      add(`<${a} ${b}`);
      total++;
    }
  }
  const count = (key: string): number => counts.get(key) ?? 0;
  const logP = (a: string, b: string, c: string): number => {
    const one = (count(`1${c}`) + 0.5) / (total + 0.5 * counts.size);
    const two = count(`2${b} ${c}`) / Math.max(1, count(`<${b}`));
    const three = count(`3${a} ${b} ${c}`) / Math.max(1, count(`<${a} ${b}`));
    return Math.log(0.1 * one + 0.3 * two + 0.6 * three);
  };
  return Float64Array.from(texts, (text) => {
    const logs = text.map((word, at) => (at < 2 ? 0 : logP(text[at - 2]!, text[at - 1]!, word)));
    const sum = logs.reduce((all, log) => all + log, 0);
    const length = text.length - 2;
    const whole = Math.exp(-sum / length);
    let worst = -Infinity;
    for (let at = 2; at < text.length - 1; at++) {
      const [next, afterNext] = [text[at + 1]!, text[at + 2]];
      let without = sum - logs[at]! - logs[at + 1]! + logP(text[at - 2]!, text[at - 1]!, next);
      if (afterNext !== undefined) without += logP(text[at - 1]!, next, afterNext) - logs[at + 2]!;
      worst = Math.max(worst, whole - Math.exp(-without / Math.max(1, length - 1)));
    }
    return worst;
  });
}
