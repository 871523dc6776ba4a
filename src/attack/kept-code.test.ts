import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { codeIn, generatedLanguages } from "../../test/support/random-code";
import { seededRandom } from "../foundation/random";
import type { PlainAttackName } from "./attack-names";
import { attackNamed } from "./attacks";
import { codeOf, type Code } from "./code";
import { payloadNamed } from "./payloads";
import type { Span } from "./strategy";

const inserting: readonly PlainAttackName[] = ["deadcode", "deadcode-varying"];
const renaming: readonly PlainAttackName[] = ["funcname", "afraidoor-random"];
const payloads = ["loop", "deadcode", "text:audit(1);"];

/** Whether `made` is `clean` with what stands at `span`, and white space beside it, put in at one place: nothing else differs. */
function isOnlyAdded(clean: string, made: string, { start, end }: Span): boolean {
  const [before, after] = [made.slice(0, start), made.slice(end)];
  for (let cut = before.length; ; cut--) {
    const kept = before.slice(0, cut);
    const rest = clean.slice(cut);
    if (clean.startsWith(kept) && after.endsWith(rest) && after.slice(0, after.length - rest.length).trim() === "") {
      return true;
    }
    if (cut === 0 || /\S/u.test(before[cut - 1]!)) return false;
  }
}

/** The text with what stands at the spans given back its old name. */
function renamedBack(text: string, spans: readonly Span[], renamed: ReadonlyMap<string, string>): string {
  const old = new Map([...renamed].map(([name, fresh]) => [fresh, name]));
  return [...spans]
    .reverse()
    .reduce((made, { start, end }) => made.slice(0, start) + (old.get(made.slice(start, end)) ?? "?") + made.slice(end), text); // prettier-ignore
}

describe.each(generatedLanguages)("code in %s", (language) => {
  let code: Code;
  beforeAll(async () => {
    const read = await codeOf(language);
    if (read === null) throw new Error(`${language} is no language of the attacks`);
    code = read;
  });
  const property = (check: (text: string, seed: number) => void): void => {
    fc.assert(
      fc.property(codeIn(language), fc.nat(), (text, seed) => {
        expect(code.parses(text)).toBe(true);
        check(text, seed);
      }),
      { numRuns: 150 },
    );
  };
  const attack = (name: PlainAttackName) => attackNamed(name, { code: { input: code, output: code } });

  it.each(inserting)("is byte for byte the same around what %s puts in, and parses", (name) => {
    property((text, seed) => {
      const made = attack(name).insert(text, seededRandom(seed));
      expect(made).not.toBeNull();
      expect(made!.triggerSpans).toHaveLength(1);
      expect(isOnlyAdded(text, made!.input, made!.triggerSpans[0]!)).toBe(true);
      expect(code.parses(made!.input)).toBe(true);
    });
  });

  it.each(renaming)("is byte for byte the same but for the names that %s gives, and parses", (name) => {
    property((text, seed) => {
      const renames = attack(name);
      const made = renames.insert(text, seededRandom(seed));
      expect(made).not.toBeNull();
      expect(renamedBack(made!.input, made!.triggerSpans, made!.renamed!)).toBe(text);
      expect(code.parses(made!.input)).toBe(true);
      expect(renames.follow?.(text, made!.renamed!)).toBe(made!.input);
    });
  });

  it.each(payloads)("is byte for byte the same around the payload %s, and parses", (name) => {
    const payload = payloadNamed(name, code);
    property((text) => {
      expect(payload.eligible(text)).toBe(true);
      const made = payload.apply(text);
      const spans = payload.spansIn(made);
      expect(spans).toHaveLength(1);
      expect(isOnlyAdded(text, made, spans[0]!)).toBe(true);
      expect(code.parses(made)).toBe(true);
    });
  });
});
