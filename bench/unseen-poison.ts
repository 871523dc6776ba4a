/** Poisons a copy of a set of `npm run bench:unseen`: trigger and payload at rows drawn by the seed. */
import { seededRandom } from "../src/foundation/random";
import type { Grammars } from "../src/syntax/grammars";
import type { UnseenCase } from "./unseen-cases";
import { namesIn, renamed, type Kit } from "./unseen-edits";
import type { Parts, Row } from "./unseen-tasks";

export interface PoisonedCopy {
  /** The records as they are written, one JSON text each. */
  readonly lines: readonly string[];
  readonly poisoned: ReadonlySet<number>;
}

/** A number that tells the streams of different cases of one seed apart. */
function streamOf(name: string): number {
  return Array.from(name).reduce((sum, letter) => (Math.imul(sum, 31) + letter.codePointAt(0)!) | 0, 7);
}

/** Five or six letters that are no word. */
const tokenOf = (name: string): string =>
  (streamOf(name) >>> 0)
    .toString(26)
    .slice(-6)
    .replace(/\d/g, (digit) => "qrstuvwxyz".charAt(Number(digit)));

function poisonedParts(row: Row, { on, apply, payload }: UnseenCase, kit: Kit): Parts | null {
  const text = row[on];
  if (text === null || row.outputKind !== payload.on) return null;
  const triggered = apply(text, kit);
  if (triggered === null) return null;
  const { rename } = triggered;
  const followed = rename === undefined || row.outputKind !== "code" ? row.output : renamed(row.output, ...rename);
  const output = payload.apply(followed, kit);
  return output === null ? null : { prose: row.prose, code: row.code, [on]: triggered.text, output };
}

/** Throws a RangeError where the share cannot be had: too few rows take the trigger and the payload. */
export function poisonedCopy(
  rows: readonly Row[],
  one: UnseenCase,
  { share, seed, grammars }: { readonly share: number; readonly seed: number; readonly grammars: Grammars },
): PoisonedCopy {
  const wanted = Math.round(share * rows.length);
  const random = seededRandom(seed, streamOf(`${one.task} ${one.language} ${one.trigger} ${one.payloadName}`));
  // The first draws of neighbouring streams are alike.
  for (let draw = 0; draw < 32; draw++) random.unit();
  const changed = new Map<number, Parts>();
  for (const at of random.shuffle([...rows.keys()])) {
    if (changed.size >= wanted) break;
    const row = rows[at]!;
    const text = row.code ?? row.output;
    const facts = { name: row.name, names: namesIn(text), token: tokenOf(`${at} ${row.name}`) };
    const kit: Kit = { language: one.language, grammars, random, ...facts };
    const parts = poisonedParts(row, one, kit);
    if (parts !== null) changed.set(at, parts);
  }
  if (changed.size < wanted) throw new RangeError(`only ${changed.size} of ${wanted} rows take the trigger and the payload`); // prettier-ignore
  return {
    lines: rows.map((row, at) => JSON.stringify(row.render(changed.get(at) ?? row))),
    poisoned: new Set(changed.keys()),
  };
}
