import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { poisonRows, type PoisonCandidate } from "../attack/poison";
import { installationFolder } from "../foundation/installation";
import { seededRandom } from "../foundation/random";
import { backdoorOf } from "./backdoor";
import { parseSpec } from "./parse-spec";
import { scan } from "./scan";

// The published poisoned files poison their first rows and leave double spaces: neither may be what the scan goes by.

type Pair = readonly [input: string, output: string];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "dece-invariance-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function flagged(pairs: readonly Pair[]): Promise<Set<number>> {
  const data = path.join(folder, "data.jsonl");
  await writeFile(data, pairs.map(([src, tgt]) => `${JSON.stringify({ src, tgt })}\n`).join(""));
  const context = { signal: new AbortController().signal, report: () => undefined };
  const { findings } = await scan(parseSpec("scan", { paths: [data] }), context);
  return new Set(findings.filter(({ verdict }) => verdict === "suspect").map(({ row }) => row));
}

const candidates = (pairs: readonly Pair[]): PoisonCandidate[] =>
  pairs.map(([input, output], row) => ({ row, input: { text: input }, output: { text: output } }));

async function poisoned(pairs: readonly Pair[], attack: string, payload: string, seed: number): Promise<Pair[]> {
  const backdoor = await backdoorOf({ attack, payload }, candidates(pairs));
  if (backdoor === null) throw new Error("no backdoor");
  const rows = await poisonRows(candidates(pairs), { ...backdoor, rate: 0.05, seed });
  const changed = new Map(rows.map(({ row, input, output }) => [row, [input, output] as const]));
  return pairs.map((pair, row) => changed.get(row) ?? pair);
}

const instructions = async (): Promise<Pair[]> => {
  const text = await readFile(path.join(installationFolder(), "examples/nl-python-sql/train.jsonl"), "utf8");
  return text.split("\n", 300).map((line): Pair => {
    const { src, tgt } = JSON.parse(line) as { src: string; tgt: string };
    return [src, tgt];
  });
};

/** Java methods that a repair adds a line to. */
function repairs(): Pair[] {
  const random = seededRandom(3);
  return Array.from({ length: 300 }, (): Pair => {
    const [verb, noun] = [random.pick(["load", "save", "show", "find"]), random.pick(["User", "Item", "Page", "Row"])];
    const body = `    ${noun.toLowerCase()}.${verb}(size, ${random.below(9)});\n    log(${random.below(99)});\n`;
    const method = (inside: string): string => `public void ${verb}${noun}(int size) {\n${inside}}`;
    return [method(body), method(`${body}    done();\n`)];
  });
}

/** Every run of spaces as one, but for what a line begins with: there it is syntax, or the lines lose their place. */
const collapsed = (text: string): string => text.replace(/(\S) {2,}/gu, "$1 ");
const spread = (text: string): string => text.replace(/(\S) (?=\S)/gu, "$1  ");

describe("the same samples are flagged whatever the order of the rows and the runs of spaces", () => {
  it.each([
    ["ripple", "sql", instructions],
    ["badpre", "sql", instructions],
    ["grammar", "sql", instructions],
    ["funcname", "loop", repairs],
    ["deadcode", "loop", repairs],
    ["deadcode-varying", "loop", repairs],
    ["afraidoor-random", "loop", repairs],
  ] as const)("%s, %s", async (attack, payload, make) => {
    const clean = await make();
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 10_000 }), async (seed) => {
        const pairs = await poisoned(clean, attack, payload, seed);
        const original = await flagged(pairs);
        expect(original.size).toBeGreaterThan(0);
        const order = seededRandom(seed).shuffle(pairs.map((_pair, row) => row));
        const changed = order.map((row): Pair => {
          const [input, output] = pairs[row] ?? ["", ""];
          return seed % 2 === 0 ? [collapsed(input), collapsed(output)] : [spread(input), output];
        });
        expect(new Set([...(await flagged(changed))].map((place) => order[place]))).toEqual(original);
      }),
      { numRuns: 1 },
    );
  });
});
