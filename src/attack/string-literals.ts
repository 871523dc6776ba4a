/**
 * Finds the string literals of source code by their quotes alone, whatever the language: outputs of a model are often cut
 * or broken, so nothing here needs them to parse. Knows "..." and '...' on one line with backslash escapes, and triple
 * quotes. Linear in the code's length.
 */
import type { Span } from "./strategy";

/** The contents (without quotes) of the literals, in order. After an unclosed one the search goes on in the next line. */
export function stringLiterals(code: string): Span[] {
  const literals: Span[] = [];
  const unclosedTriples = new Set<string>();
  let i = 0;
  while (i < code.length) {
    const quote = code[i];
    if (quote !== '"' && quote !== "'") {
      i++;
      continue;
    }
    const triple = quote.repeat(3);
    if (code.startsWith(triple, i) && !unclosedTriples.has(triple)) {
      const end = closingQuote(code, i + 3, triple);
      if (end === -1) unclosedTriples.add(triple);
      else literals.push({ start: i + 3, end });
      i = end === -1 ? i + 3 : end + 3;
      continue;
    }
    const newline = code.indexOf("\n", i);
    const lineEnd = newline === -1 ? code.length : newline;
    const end = closingQuote(code, i + 1, quote, lineEnd);
    if (end === -1) {
      i = lineEnd;
    } else {
      literals.push({ start: i + 1, end });
      i = end + 1;
    }
  }
  return literals;
}

function closingQuote(code: string, from: number, quote: string, limit = code.length): number {
  for (let i = from; i < limit; i++) {
    if (code[i] === "\\") i++;
    else if (code.startsWith(quote, i)) return i;
  }
  return -1;
}
