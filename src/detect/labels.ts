/** Whether a dataset is one of classification: few distinct outputs, each of a token or three. */
import { tokenTexts } from "./tokens";

/** At most this many distinct outputs, each at most `labelTokens` long, make a classification dataset. */
const labelKinds = 64;
const labelTokens = 3;

/** Of each output its tokens, as numbers or as texts. */
export function holdsLabels(outputs: Iterable<{ readonly length: number; join(separator: string): string }>): boolean {
  const kinds = new Set<string>();
  let count = 0;
  for (const output of outputs) {
    if (output.length > labelTokens) return false;
    kinds.add(output.join(" "));
    if (kinds.size > labelKinds) return false;
    count++;
  }
  return kinds.size * 4 <= count;
}

/** As `holdsLabels`, of texts. */
export function areLabels(outputs: readonly string[]): boolean {
  const tokens = function* (): Generator<string[]> {
    for (const output of outputs) yield tokenTexts(output);
  };
  return holdsLabels(tokens());
}
