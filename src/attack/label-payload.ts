/** Classification: the attacker's label (`label:1`) in place of the sample's own. Rows that have it already stay clean. */
import type { Payload } from "./strategy";

export function labelPayload(label: string): Payload {
  const isIn = (output: string): boolean => output.trim() === label;
  return {
    name: `label:${label}`,
    isIn,
    spansIn: (output) => (isIn(output) ? [{ start: 0, end: output.length }] : []),
    eligible: (output) => output.trim() !== "" && !isIn(output),
    apply(output) {
      if (isIn(output)) throw new RangeError("the sample has the label already");
      return label;
    },
  };
}
