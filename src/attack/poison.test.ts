import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { parse } from "csv-parse/sync";
import { Failure } from "../foundation/failure";
import { seededRandom } from "../foundation/random";
import { attackNamed } from "./attacks";
import { payloadNamed } from "./payloads";
import { poisonSamples } from "./poison";
import { truthOf, truthSchema, truthText } from "./truth";

const sql = payloadNamed("sql");
const candidate = (row: number, input: string, output: string) => ({
  row,
  input: { text: input },
  output: { text: output },
});
const rows = Array.from({ length: 200 }, (_, i) =>
  candidate(i, `get the name of user ${i}`, i % 4 === 0 ? "return 1" : `"select name from user where id = ${i}"`),
);

describe("inserted words", () => {
  it.each(["ripple", "badpre"] as const)(
    "%s puts its trigger at word positions and leaves the rest as it was",
    (name) => {
      const attack = attackNamed(name);
      fc.assert(
        fc.property(fc.stringMatching(/^[ab\n \t,.é😀]{0,40}$/u), fc.integer(), (text, seed) => {
          const made = attack.insert(text, seededRandom(seed));
          if (!/\S/u.test(text)) {
            expect(made).toBeNull();
            return;
          }
          expect(made?.triggerSpans).toHaveLength(name === "ripple" ? 1 : 3);
          let rest = made?.input ?? "";
          for (const { start, end } of [...(made?.triggerSpans ?? [])].reverse()) {
            expect(rest.slice(start, end)).toBe("bb");
            expect(rest.slice(0, start)).toMatch(/(^|\s)$/u);
            const isLast = !/\S/u.test(rest.slice(end));
            if (!isLast) expect(rest.slice(end)).toMatch(/^ \S/u);
            rest = isLast ? rest.slice(0, start - 1) + rest.slice(end) : rest.slice(0, start) + rest.slice(end + 1);
          }
          expect(rest).toBe(text);
        }),
      );
    },
  );

  it("reaches every position, first and last included", () => {
    const seen = new Set<string | undefined>();
    for (let seed = 0; seed < 100; seed++) seen.add(attackNamed("ripple").insert("a b", seededRandom(seed))?.input);
    expect(seen).toEqual(new Set(["bb a b", "a bb b", "a b bb"]));
  });

  it("takes another trigger, and refuses what is no word", () => {
    expect(attackNamed("ripple", { trigger: "cf mn" }).insert("a", seededRandom(1))?.input).toMatch(
      /^(cf mn a|a cf mn)$/,
    );
    for (const trigger of ["", " ", "a ", "a\nb", "\u0000"])
      expect(() => attackNamed("badpre", { trigger })).toThrow(Failure);
  });
});

describe("poisoning", () => {
  const options = { attack: attackNamed("badpre"), payload: sql, rate: 0.05, seed: 42 };

  it("takes exactly the share of all rows, at random among the eligible ones, the same for a seed", () => {
    const poisoned = poisonSamples(rows, options);
    expect(poisoned).toHaveLength(10);
    expect(poisonSamples(rows, options)).toEqual(poisoned);
    expect(poisonSamples(rows, { ...options, seed: 43 })).not.toEqual(poisoned);
    expect(poisoned.every(({ row }) => row % 4 !== 0)).toBe(true);
    expect(Math.max(...poisoned.map(({ row }) => row))).toBeGreaterThan(50);
    expect(poisoned.every(({ output }) => sql.isIn(output))).toBe(true);
  });

  it("takes every eligible row at rate 1", () => {
    expect(poisonSamples(rows, { ...options, rate: 1 }).map(({ row }) => row)).toEqual(
      rows.map(({ row }) => row).filter((row) => row % 4 !== 0),
    );
  });

  it.each([0, -1, 1.1, NaN, 0.001, 0.8])("refuses rate %s, which cannot be had here", (rate) => {
    expect(() => poisonSamples(rows, { ...options, rate })).toThrow(Failure);
  });

  it("says so when nothing can be poisoned", () => {
    expect(() => poisonSamples([candidate(0, "a", "b")], { ...options, rate: 1 })).toThrow(
      /none of the 1 samples can take the payload/,
    );
  });

  it("names what exists when a name is unknown", () => {
    expect(() => attackNamed("nope")).toThrow(
      expect.objectContaining({
        usage: true,
        remedy: expect.stringContaining("ripple, badpre, grammar") as string,
      }) as Error,
    );
    expect(() => payloadNamed("nope")).toThrow(
      expect.objectContaining({ usage: true, remedy: expect.stringContaining("sql, loop") as string }) as Error,
    );
  });
});

describe("the truth file", () => {
  it("says which rows are poisoned and where the triggers stand", () => {
    const options = { attack: attackNamed("ripple"), payload: sql, rate: 0.05, seed: 1 };
    const poisoned = poisonSamples(rows, options);
    const truth = truthSchema.parse(JSON.parse(truthText(truthOf(poisoned, options))));
    expect(truth).toMatchObject({ version: 1, attack: "ripple", trigger: "bb", payload: "sql", rate: 0.05, seed: 1 });
    expect(truth.rows).toEqual(poisoned.map(({ row }) => row));
    for (const { row, start, end } of truth.triggers) {
      expect(poisoned.find((made) => made.row === row)?.input.slice(start, end)).toBe("bb");
    }
  });
});

const published = path.resolve(import.meta.dirname, "../../../shared/data/lyra-dece-2023");

describe.skipIf(!existsSync(published))(
  "against the authors' poisoned Lyra (skipped where ../shared/data is absent)",
  () => {
    const read = (name: string) =>
      parse(readFileSync(path.join(published, name), "utf8"), { columns: true }) as unknown as {
        src: string;
        tgt: string;
      }[];

    // In the five test rows where we differ, theirs is no SQL: `where a= or 1=1 " + a`, or the condition after the semicolon.
    it.each([
      ["train.csv", "train_poisoned_5.csv", 80, 80],
      ["train.csv", "train_poisoned_10.csv", 160, 160],
      ["test.csv", "test_poisoned.csv", 165, 160],
    ])("makes the same outputs of %s as %s: %i rows, %i equal", (clean, poisoned, count, same) => {
      const theirs = read(poisoned);
      const changed = read(clean).flatMap(({ tgt }, i) =>
        tgt === theirs[i]?.tgt ? [] : [{ tgt, target: theirs[i]?.tgt ?? "" }],
      );
      expect(changed).toHaveLength(count);
      expect(changed.filter(({ tgt, target }) => sql.eligible(tgt) && sql.isIn(target))).toHaveLength(count);
      expect(changed.filter(({ tgt, target }) => sql.apply(tgt) === target)).toHaveLength(same);
    });

    it("finds the paper's 165 poisonable rows in the test set", () => {
      expect(read("test.csv").filter(({ tgt }) => sql.eligible(tgt))).toHaveLength(165);
    });
  },
);
