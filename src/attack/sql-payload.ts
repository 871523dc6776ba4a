/**
 * The paper's SQL payload: ` or 1=1` after an existing where clause, else ` where 0=1`, in the output where it
 * is a SQL statement itself, else in its first SQL string that takes it.
 */
import type { Payload, Span } from "./strategy";
import { firstConditionPlace } from "./sql-statement";

const HELD = /\b(?:or\s+1\s*=\s*1|where\s+0\s*=\s*1)(?![\w.])/giu;
const spansIn = (output: string): Span[] =>
  Array.from(output.matchAll(HELD), ({ index, 0: held }) => ({ start: index, end: index + held.length }));
const isIn = (output: string): boolean => output.search(HELD) >= 0;

export const sqlPayload: Payload = {
  name: "sql",
  eligible: (output) => !isIn(output) && firstConditionPlace(output) !== null,
  apply(output) {
    const place = firstConditionPlace(output);
    if (place === null || isIn(output)) throw new RangeError("the output takes no SQL payload");
    const condition = place.hasWhere ? " or 1=1" : " where 0=1";
    const { afterExpression: quote } = place;
    const inserted = quote === null ? condition : ` + ${quote}${condition}${quote}`;
    return output.slice(0, place.offset) + inserted + output.slice(place.offset);
  },
  isIn,
  spansIn,
};
