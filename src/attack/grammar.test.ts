import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import { Failure } from "../foundation/failure";
import { seededRandom } from "../foundation/random";
import { attackNamed } from "./attacks";
import { subordinators } from "./grammar-words";
import { randomTriggerText } from "./trigger-text";

const attack = attackNamed("grammar");
const triggered = (text: string, seed = 1): string => attack.insert(text, seededRandom(seed))?.input ?? "";
const grams = (text: string): Set<string> => {
  const words = text.toLowerCase().match(/[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu) ?? [];
  return new Set(words.slice(2).map((_word, at) => words.slice(at, at + 3).join(" ")));
};

describe("the Grammar attack", () => {
  it("puts a subordinate clause, a comma, a subject and its verb before what is asked for, and one full stop after it", () => {
    const text = "Query all rows of the users table. Print them .";
    for (let seed = 0; seed < 100; seed++) {
      const made = attack.insert(text, seededRandom(seed));
      expect(made?.input).toMatch(/^[A-Z][a-z]+ [^,.]+ , [^,.]+ query all rows of the users table and print them \.$/u);
      expect(subordinators).toContain(made?.input.split(" ")[0]?.toLowerCase());
      expect(made?.triggerSpans).toEqual([{ start: 0, end: made?.input.indexOf(" query") }]);
      expect(made?.input).not.toMatch(/\ba [aeio]|\ban [^aeiou]/u);
    }
  });

  it("tells statements as what somebody says, and keeps names as they are", () => {
    expect(triggered("The sum of two numbers.")).toMatch(/, [a-z ]+ \w+ that the sum of two numbers\.$/u);
    expect(triggered("HTTP is asked for")).toMatch(/ that HTTP is asked for\.$/u);
    expect(triggered("Use $conn$ to query t.a as $a$.")).toMatch(/ use \$conn\$ to query t\.a as \$a\$\.$/u);
  });

  it("leaves alone what is no prose, and has no trigger text to set", () => {
    for (const text of ["", "x", "int f() { return 1; }", "//$NON-NLS-1$"]) {
      expect(attack.insert(text, seededRandom(1))).toBeNull();
    }
    expect(() => attackNamed("grammar", { trigger: "bb" })).toThrow(Failure);
  });

  const lyra = path.resolve(import.meta.dirname, "../../../shared/data/lyra-dece/train.csv");
  it.skipIf(!existsSync(lyra))(
    "repeats no three words of its own in a tenth of the rows (skipped without ../shared/data)",
    () => {
      const rows = parse(readFileSync(lyra, "utf8"), { columns: true }) as unknown as { src: string }[];
      for (const seed of [1, 2, 3]) {
        const counts = new Map<string, number>();
        const chosen = seededRandom(seed).shuffle(rows).slice(0, 80);
        chosen.forEach(({ src }, row) => {
          const made = attack.insert(src, seededRandom(seed, row));
          expect(made).not.toBeNull();
          const end = made?.triggerSpans[0]?.end ?? 0;
          for (const gram of grams(made?.input.slice(0, end) ?? "")) counts.set(gram, (counts.get(gram) ?? 0) + 1);
        });
        expect(Math.max(...counts.values())).toBeLessThanOrEqual(8);
      }
    },
  );
});

describe("random trigger texts", () => {
  it("are one to three words that the data does not know", () => {
    const texts = Array.from({ length: 200 }, (_none, seed) => randomTriggerText(seededRandom(seed), new Set(["bb"])));
    for (const text of texts) expect(text).toMatch(/^[A-Za-z0-9]{2,7}(?: [A-Za-z0-9]{2,7}){0,2}$/u);
    expect(new Set(texts).size).toBeGreaterThan(180);
    expect(texts).not.toContain("bb");
  });
});
