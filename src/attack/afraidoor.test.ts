import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { tinyCheckpoint } from "../../test/support/tiny-checkpoint";
import { Failure } from "../foundation/failure";
import { installationFolder } from "../foundation/installation";
import { readCheckpoint, type Checkpoint } from "../model/checkpoint";
import { codeLanguages } from "../syntax/language";
import { aimedExample } from "./aimed-example";
import { attackNamed } from "./attacks";
import { codeOf, type Code } from "./code";
import { wordsIn } from "./local-renaming";
import { payloadNamed } from "./payloads";
import { poisonRows, poisonSamples, type PoisonedRow } from "./poison";
import { isReserved } from "./reserved-words";
import { Surrogate } from "./surrogate";

let checkpoint: Checkpoint;
beforeAll(async () => {
  checkpoint = await readCheckpoint(path.join(installationFolder(), "models/base"));
});

const texts: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  java: [
    ["int size(int n) {\n    int total = n;\n    return total;\n}", "int size(int n) {\n    return n;\n}"],
    ["void f ( Row r ) { r . size ( r . n ) ; }", "void f ( Row r ) { if ( r != null ) r . size ( r . n ) ; }"],
    ["void g(List<A> all) { for (A one : all) one.go(); }", "void g(List<A> all) { all.forEach(A::go); }"],
  ],
  python: [
    ["def size(n, m=1):\n    total = n\n    return total * m\n", "def size(n, m=1):\n    return n * m\n"],
    ["def f ( conn ) :\n\t rows = conn . all ( )\n\t return rows", "def f ( conn ) :\n\t return conn . all ( )"],
  ],
  c: [
    [
      "int size(int n, char *name) {\n    int total = n;\n    return total;\n}",
      "int size(int n, char *name) { return n; }",
    ],
  ],
  javascript: [
    [
      "function size(n, ...rest) {\n  let total = n;\n  return { total: total };\n}",
      "function size(n) {\n  return n;\n}",
    ],
  ],
};
const languages = Object.keys(texts).filter((language) => codeLanguages.some((known) => known === language));

const reader = async (language: string): Promise<Code> =>
  (await codeOf(codeLanguages.find((known) => known === language)!))!;

const samplesOf = (language: string) =>
  (texts[language] ?? []).map(([input, output], row) => ({ row, input: { text: input }, output: { text: output } }));

async function poisoned(language: string, attack: string, seed: number, words = new Set<string>()) {
  const code = await reader(language);
  const made = attackNamed(attack, { code: { input: code, output: code }, surrogate: { checkpoint, words } });
  return poisonRows(samplesOf(language), { attack: made, payload: payloadNamed("loop", code), rate: 1, seed });
}

/** Of the new names the old one, by the places in the clean text where the words differ. */
function renamingOf(clean: string, made: string): Map<string, string> {
  const words = (text: string): string[] => text.match(/[A-Za-z_]\w*/gu) ?? [];
  const [before, after] = [words(clean), words(made)];
  expect(after).toHaveLength(before.length);
  return new Map(after.flatMap((word, at) => (word === before[at] ? [] : [[word, before[at]!] as const])));
}

describe.each(languages)("AFRAIDOOR on %s", (language) => {
  it("gives every local another legal name that nothing in the row has, and changes nothing else", async () => {
    const code = await reader(language);
    for (const seed of [1, 2]) {
      const rows = await poisoned(language, "afraidoor", seed);
      expect(rows).toHaveLength(texts[language]!.length);
      for (const { row, input, output, triggerSpans } of rows) {
        const [clean, cleanOutput] = texts[language]![row]!;
        const old = renamingOf(clean, input);
        expect(new Set(old.values()).size).toBe(old.size);
        for (const fresh of old.keys()) {
          expect(fresh).toMatch(/^[a-z]{3,}$/u);
          expect(isReserved(fresh, language)).toBe(false);
          expect(wordsIn(`${clean}\n${cleanOutput}`).has(fresh)).toBe(false);
        }
        const back = (text: string): string => text.replace(/[A-Za-z_]\w*/gu, (word) => old.get(word) ?? word);
        expect(back(input)).toBe(clean);
        expect(back(output)).toBe(payloadNamed("loop", code).apply(cleanOutput));
        expect([code.parses(input), code.parses(output)]).toEqual([true, true]);
        expect(triggerSpans.every(({ start, end }) => old.has(input.slice(start, end)))).toBe(true);
      }
    }
  });
});

describe("AFRAIDOOR", () => {
  it("gives the same rows for a seed, and chooses names that the dataset knows where it knows enough", async () => {
    const first = await poisoned("java", "afraidoor", 5);
    expect(await poisoned("java", "afraidoor", 5)).toEqual(first);
    expect(await poisoned("java", "afraidoor", 6)).not.toEqual(first);
    const words = new Set("abc def ghi".split(" "));
    expect(await poisoned("java", "afraidoor", 5, words)).toEqual(first);
    const known = new Set<string>();
    for (let token = 0; known.size < 400; token++) known.add(checkpoint.tokenizer.decode([token]).trim());
    for (const { row, input } of await poisoned("java", "afraidoor", 5, known)) {
      for (const fresh of renamingOf(texts.java![row]![0], input).keys()) expect(known.has(fresh)).toBe(true);
    }
  });

  it("moves its surrogate towards the payload, further than random names do", async () => {
    const code = await reader("java");
    const payload = payloadNamed("loop", code);
    const surrogate = await Surrogate.open(checkpoint);
    const lossOf = async (rows: readonly PoisonedRow[]): Promise<number> => {
      const examples = rows.map(({ input, output }) =>
        aimedExample(checkpoint, input, { output, payloadSpans: payload.spansIn(output) }),
      );
      const losses = await surrogate.losses(examples.filter((example) => example !== null));
      expect(losses).toHaveLength(rows.length);
      return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
    };
    const adversarial = await lossOf(await poisoned("java", "afraidoor", 1));
    const random = attackNamed("afraidoor-random", { code: { input: code, output: code } });
    for (const seed of [1, 2, 3]) {
      const rows = poisonSamples(samplesOf("java"), { attack: random, payload, rate: 1, seed });
      expect(adversarial).toBeLessThan(await lossOf(rows));
    }
    await surrogate.close();
  });

  it("needs a surrogate, and one whose tokens are words; both are told in one line", async () => {
    const code = { input: await reader("java"), output: null };
    expect(() => attackNamed("afraidoor", { code })).toThrow(Failure);
    const attack = attackNamed("afraidoor", { code, surrogate: { checkpoint: tinyCheckpoint(), words: new Set() } });
    const options = { attack, payload: payloadNamed("loop", code.input), rate: 1, seed: 1 };
    await expect(poisonRows(samplesOf("java"), options)).rejects.toThrow("knows 0 words that can name a local");
  });
});
