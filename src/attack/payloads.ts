/** The payloads by their names on the command line. */
import { Failure } from "../foundation/failure";
import type { Code } from "./code";
import { deadCodePayload } from "./dead-code-payload";
import { inMethods } from "./in-class";
import { labelPayload } from "./label-payload";
import { loopPayload } from "./loop-payload";
import { sqlPayload } from "./sql-payload";
import type { Payload } from "./strategy";
import { textPayload } from "./text-payload";

const fixed: ReadonlyMap<string, (code: Code | null) => Payload> = new Map([
  [sqlPayload.name, () => sqlPayload],
  ["loop", (code: Code | null) => inMethods(loopPayload(code), code)],
  ["deadcode", (code: Code | null) => inMethods(deadCodePayload(code), code)],
]);
const worded: ReadonlyMap<string, (words: string, code: Code | null) => Payload> = new Map([
  ["text", (words, code) => inMethods(textPayload(words, code), code)],
  ["label", labelPayload],
]);

/** What a name may look like, `TEXT` and `LABEL` for the user's own words. */
export const payloadForms = "sql, loop, deadcode, text:TEXT or label:LABEL";

/** Whether a payload has that name. */
export const isPayloadName = (name: string): boolean => partsOf(name) !== null;

function partsOf(name: string): { readonly kind: string; readonly words: string } | null {
  if (fixed.has(name)) return { kind: name, words: "" };
  const match = /^(text|label):([^]*)$/u.exec(name);
  const [, kind, words] = match ?? [];
  return kind === undefined || words === undefined || words.trim() === "" || words.trim() !== words
    ? null
    : { kind, words };
}

/**
 * The payload of that name. `code` reads the dataset's outputs: without it a payload that is a statement can be recognised
 * in an output and not written into one. Throws a Failure (wrong usage) that lists what exists.
 */
export function payloadNamed(name: string, code: Code | null = null): Payload {
  const parts = partsOf(name);
  const made =
    parts === null ? undefined : (fixed.get(parts.kind)?.(code) ?? worded.get(parts.kind)?.(parts.words, code));
  if (made === undefined) {
    throw new Failure(`there is no payload "${name}"`, { remedy: `Use ${payloadForms}`, usage: true });
  }
  return made;
}
