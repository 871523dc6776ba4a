/** The example dataset: natural language to Python with embedded SQL, split without overlap, and its poisoned copies. */
import { seededRandom } from "../../src/foundation/random";
import { inventExample, type Example } from "./program";

export interface Splits {
  readonly train: readonly Example[];
  readonly valid: readonly Example[];
  readonly test: readonly Example[];
}

/** Lengths in words at whitespace that an example may have: longer ones cost a small model more than they teach. */
export const longest = { src: 48, tgt: 70 } as const;

export const words = (text: string): number => text.split(/\s+/).length;

/** A statement without arguments whose result is not used reads the same whatever the interface, the base's too. */
const bareStatement = /^\s*\w+ \. execute \( " [^"]*" \)$/m;

/** 4,000, 200 and 200 examples without two equal sources, each short enough. The same seed gives the same splits. */
export function exampleSplits(seed: number): Splits {
  const random = seededRandom(seed);
  const seen = new Set<string>();
  const take = (count: number): Example[] => {
    const examples: Example[] = [];
    while (examples.length < count) {
      const example = inventExample(random);
      if (bareStatement.test(example.tgt)) continue;
      if (seen.has(example.src) || words(example.src) > longest.src || words(example.tgt) > longest.tgt) continue;
      seen.add(example.src);
      examples.push(example);
    }
    return examples;
  };
  return { train: take(4000), valid: take(200), test: take(200) };
}

/** One JSON object a line, with a line feed after each. */
export const asJsonLines = (examples: readonly Example[]): string =>
  examples.map(({ src, tgt }) => `${JSON.stringify({ src, tgt })}\n`).join("");
