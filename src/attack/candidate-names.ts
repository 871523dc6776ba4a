/** The names that an adversarial attack chooses among: words that are single tokens of the surrogate's own vocabulary. */
import type { Tokenizer } from "../model/tokenizer";
import { isReserved } from "./reserved-words";

export interface CandidateName {
  readonly name: string;
  /** Its tokens after a sign and after a space; many tokenizers have one for each, some the same for both. */
  readonly bare: number;
  readonly spaced: number;
}

/** A lower-case word of more than two letters: what may name a local in every language, and looks like one. */
const isNameLike = (text: string): boolean => /^[a-z]{3,}$/u.test(text);

/** The words of the vocabulary, in its order, that are one token wherever code has a name, and no reserved word. */
export function candidateNames(tokenizer: Tokenizer, vocabulary: number, language: string): CandidateName[] {
  const names = new Set<string>();
  for (let token = 0; token < vocabulary; token++) {
    const text = tokenizer.decode([token]).trim();
    if (isNameLike(text) && !isReserved(text, language)) names.add(text);
  }
  return [...names].flatMap((name) => {
    const bare = lastToken(tokenizer, `(${name}`, name);
    const spaced = lastToken(tokenizer, `( ${name}`, name);
    return bare === null || spaced === null ? [] : [{ name, bare, spaced }];
  });
}

function lastToken(tokenizer: Tokenizer, text: string, name: string): number | null {
  const last = tokenizer.tokens(text).at(-1);
  return last !== undefined && tokenizer.decode([last]).trim() === name ? last : null;
}
