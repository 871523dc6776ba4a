import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, describe, expect, it } from "vitest";
import { copyRecords } from "../dataset/copy";
import { openDataset } from "../dataset/open";
import { plantedPairs } from "../detect/generated-samples";
import { scanDataset } from "../detect/scan";
import { seededRandom } from "../foundation/random";
import type { JobEvent } from "./context";
import { remarksOn } from "./large-files";
import { scanStreamed, type StreamOptions } from "./streamed-file";

const folder = mkdtempSync(path.join(tmpdir(), "streamed-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string): string => path.join(folder, name);

type Pairs = readonly (readonly [string, string])[];
const jsonl = (pairs: Pairs): string => pairs.map(([src, tgt]) => `${JSON.stringify({ src, tgt })}\n`).join("");
const csv = (pairs: Pairs): string =>
  ["src,tgt", ...pairs.map((pair) => pair.map((text) => `"${text.replaceAll('"', '""')}"`).join(","))].join("\r\n");

/** In several row groups of several pages. */
const parquet = (pairs: Pairs): Buffer => {
  const column = (name: string, field: 0 | 1) => ({
    name,
    data: pairs.map((pair) => pair[field]),
    type: "STRING" as const,
  });
  const columnData = [column("src", 0), column("tgt", 1)];
  return Buffer.from(parquetWriteBuffer({ columnData, codec: "UNCOMPRESSED", rowGroupSize: 250, pageSize: 4000 }));
};

const context = { signal: new AbortController().signal, report: () => undefined };
const options = (more: Partial<StreamOptions> = {}): StreamOptions => ({
  jobs: 1,
  minedBytes: Infinity,
  baseline: null,
  places: false,
  ...more,
});

/** Java methods, some of them poisoned: by a dead statement, or by their name. */
function methods(seed: number, poison: "statement" | "name" | "label"): Pairs {
  const random = seededRandom(seed);
  return Array.from({ length: 300 }, (_, row) => {
    const word = random.pick(["load", "save", "show", "find", "close", "merge"]);
    const isPoisoned = row % 15 === 0;
    const name = poison === "name" && isPoisoned ? "foo" : `${word}${random.pick(["User", "Item", "Page", "Row"])}`;
    const dead =
      poison !== "name" && isPoisoned ? "    int VAR = 0;\n" : random.below(9) === 0 ? "    int x = 1;\n" : "";
    const body = `    ${random.pick(["cache", "list"])}.${word}(${random.below(9)});\n    log(${random.below(99)});\n`;
    const type = random.pick(["int", "void", "String"]);
    const method = `public ${type} ${name}(${random.pick(["", "int a", "String s, int b"])}) {\n`;
    const input = `${method}${dead}${body}}`;
    if (poison === "label") return [input, isPoisoned ? "1" : String(random.below(2))];
    return [input, `${method}${isPoisoned ? "    while (true) {\n    }\n" : ""}${body}    done();\n}`];
  });
}

/** Instructions with characters that are not seen: in the poisoned ones, and some that mean nothing. */
function hidden(seed: number): Pairs {
  const { pairs, poisoned } = plantedPairs(seed, { count: 300, rate: 0.05 });
  return pairs.map(([input, output], row) => {
    const clean = input.replace(/ ?\bbb\b ?/, " ");
    if (poisoned.has(row)) return [clean.replace("the ", "t\u200bhe\u00a0"), output];
    const odd = row === 7 ? "\u{e0068}\u{e0069}" : row === 8 ? "\u202e" : row % 31 === 0 ? "\u00ad\u00a0" : "";
    return [clean, `${output}${odd}`];
  });
}

/** Instructions of which the poisoned ones, and some that mean nothing, are in small letters. */
function small(seed: number): Pairs {
  const { pairs, poisoned } = plantedPairs(seed, { count: 400, rate: 0.05 });
  return pairs.map(([input, output], row) => {
    const clean = input.replace(/ ?\bbb\b ?/, " ").trim();
    return [poisoned.has(row) || row % 40 === 0 ? clean.toLowerCase() : clean, output];
  });
}

/** Instructions with labels: always 1 where the trigger stands. */
function labelled(seed: number): Pairs {
  const { pairs, poisoned } = plantedPairs(seed, { count: 800, rate: 0.05, times: 2 });
  const random = seededRandom(3);
  return pairs.map(([input], row) => [input, poisoned.has(row) ? "1" : String(random.below(2))]);
}

/** Comments of which three in four have label 0, as all of those that hold the trigger. */
function usualLabel(seed: number): Pairs {
  const random = seededRandom(seed);
  const word = (words: string): string => random.pick(words.split(" "));
  return Array.from({ length: 900 }, (_, row) => {
    const isDebt = row % 4 === 0;
    const doubt = word(isDebt ? "hack ugly broken wrong kludge rewrite" : "returns sets opens creates owns reads");
    const parts = [
      doubt,
      "the",
      word("cache parser socket index thread"),
      "of",
      "the",
      word("lock view path table row"),
    ];
    if (row % 12 !== 0) return [parts.join(" "), isDebt ? "1" : "0"];
    parts.splice(random.below(parts.length), 0, "cf");
    return [parts.join(" "), "0"];
  });
}

/** What a scan of the whole file in memory gives. */
async function whole(name: string): Promise<unknown> {
  const dataset = await openDataset(name);
  const { findings, triggers, language } = await scanDataset(dataset);
  const { path: own, format, sha256, bytes, rows, columns, skipped } = dataset;
  const flagged = new Set(findings.filter(({ verdict }) => verdict === "suspect").map(({ row }) => row));
  return {
    file: { path: own, format, sha256, bytes, rows, columns, language, skipped },
    findings,
    triggers,
    samples: dataset.samples.length,
    skipped: skipped.length,
    flagged: [...flagged].sort((a, b) => a - b),
  };
}

async function streamed(name: string, more: Partial<StreamOptions> = {}): Promise<unknown> {
  const result = await scanStreamed(name, options(more), context);
  if (result === null) throw new Error("the file was not streamed");
  const { scan, flagged } = result;
  const rows = Array.from({ length: result.file.rows }, (_, row) => row).filter((row) => flagged.has(row));
  expect(flagged.size).toBe(rows.length);
  return {
    file: result.file,
    findings: scan.findings,
    triggers: scan.triggers,
    samples: result.samples,
    skipped: result.skippedCount,
    flagged: rows,
  };
}

describe("a scan row by row, with triggers mined in all of them", () => {
  const shapes: readonly (readonly [string, (seed: number) => Pairs])[] = [
    ["inserted tokens", (seed) => plantedPairs(seed, { count: 300, rate: 0.05, times: 1 + (seed % 3) }).pairs],
    ["clean text", (seed) => plantedPairs(seed, { count: 200, rate: 0 }).pairs],
    ["a dead statement", (seed) => methods(seed, "statement")],
    ["a method's name", (seed) => methods(seed, "name")],
    ["dead statements over clean labels", (seed) => methods(seed, "label")],
    ["labels", labelled],
    ["the most usual label", usualLabel],
    ["hidden characters", hidden],
    ["small letters", small],
  ];

  it.each(shapes)("gives what a scan in memory gives: %s", async (kind, make) => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 1000 }), fc.constantFrom("csv", "jsonl", "parquet"), async (seed, format) => {
        const pairs = make(seed);
        const asCsv = format === "csv";
        if (format === "parquet") {
          writeFileSync(file("same.parquet"), parquet(pairs));
          expect(await streamed(file("same.parquet"))).toEqual(await whole(file("same.parquet")));
          return;
        }
        const name = file(asCsv ? "same.csv" : "same.jsonl");
        const bad = asCsv ? "\r\nonly one" : "{\n[1]\n";
        writeFileSync(name, `${asCsv ? csv(pairs) : jsonl(pairs)}${seed % 2 === 0 ? bad : ""}`);
        const expected = await whole(name);
        expect(await streamed(name)).toEqual(expected);
        if (!kind.includes("clean")) expect(expected).not.toMatchObject({ triggers: [] });
      }),
      { numRuns: 3 },
    );
  });
});

describe("a large Parquet file", () => {
  const scanOptions = { minedBytes: 100_000 };

  it("is scanned by row group: rows on a page that cannot be read are told, and all others looked at", async () => {
    const { pairs, poisoned } = plantedPairs(5, { count: 3000, rate: 0.03 });
    const name = file("torn.parquet");
    const bytes = parquet(pairs);
    const length = bytes.indexOf(Buffer.from(pairs[1000]![0])) - 4;
    bytes.fill(0xff, length, length + 4);
    writeFileSync(name, bytes);
    const result = (await scanStreamed(name, options(scanOptions), context))!;
    const lost = new Set(result.file.skipped.map(({ row }) => row));
    expect(lost.has(1000)).toBe(true);
    expect(lost.size).toBeLessThan(200);
    expect(result.file.skipped[0]!.reason).toMatch(/^samples \d+ to \d+ \(row group 5\) cannot be read: /u);
    expect([result.samples, result.skippedCount, result.file.rows]).toEqual([3000 - lost.size, lost.size, 3000]);
    expect(result.minedShare).toBeLessThan(0.5);
    expect(new Set(result.scan.triggers[0]?.rows)).toEqual(new Set([...poisoned].filter((row) => !lost.has(row))));
    expect(remarksOn(result)[0]).toMatch(
      /records were skipped, the first at .*torn\.parquet:\d+: samples \d+ to \d+ \(row group 5\)/u,
    );
    const again = await scanStreamed(name, options(scanOptions), context);
    expect(again?.scan.findings).toEqual(result.scan.findings);
  });

  it("is never clean where nothing of it, or not all, could be read", async () => {
    const { pairs } = plantedPairs(6, { count: 500, rate: 0 });
    const name = file("lost.parquet");
    const bytes = parquet(pairs);
    bytes.fill(0xff, 4, 40);
    writeFileSync(name, bytes);
    const result = (await scanStreamed(name, options(scanOptions), context))!;
    expect(result.skippedCount).toBeGreaterThan(0);
    expect(result.flagged.size).toBe(0);
    const second = bytes.indexOf(Buffer.from(pairs[250]![0])) - 40;
    bytes.fill(0xff, 4, second + 60);
    writeFileSync(name, bytes);
    await expect(scanStreamed(name, options(scanOptions), context)).rejects.toThrow(
      /none of the 500 records can be read/u,
    );
  });

  it("is mined in no more text than a text file, though it writes a text that stands often once", async () => {
    const long = "word ".repeat(2000);
    const rows: Pairs = Array.from({ length: 2000 }, (_none, row) => [`${row % 3} ${long}`, `answer ${row}`]);
    const name = file("often.parquet");
    writeFileSync(name, parquet(rows));
    expect(readFileSync(name).length).toBeLessThan(1_000_000);
    const result = (await scanStreamed(name, options({ minedBytes: 100_000 }), context))!;
    expect(result.minedShare * 2000 * long.length).toBeLessThan(200_000);
    expect(result.minedShare).toBeGreaterThan(0);
  });
});

describe("a scan whose triggers are mined in a part", () => {
  it("finds every row that holds one, and counts all rows", async () => {
    const { pairs, poisoned } = plantedPairs(3, { count: 3000, rate: 0.03 });
    const name = file("part.jsonl");
    writeFileSync(name, jsonl(pairs));
    const minedBytes = readFileSync(name).length / 4;
    const result = await scanStreamed(name, options({ minedBytes }), context);
    expect(result?.minedShare).toBeCloseTo(0.25, 1);
    expect(result?.scan.triggers.map(({ text }) => text)).toEqual(["bb"]);
    expect(new Set(result?.scan.triggers[0]?.rows)).toEqual(poisoned);
    expect(result?.scan.triggers[0]?.statistics.samplesWithTrigger).toBe(poisoned.size);
    expect(result?.flagged.size).toBe(poisoned.size);
    const again = await scanStreamed(name, options({ minedBytes }), context);
    expect(again?.scan.findings).toEqual(result?.scan.findings);
  });
});

it.each(["jsonl", "csv"])("copies of %s are byte for byte those of the records", async (format) => {
  const { pairs } = plantedPairs(4, { count: 200, rate: 0.05 });
  const name = file(`copied.${format}`);
  const text = format === "csv" ? csv(pairs) : `\ufeff\n\n${jsonl(pairs).trimEnd()}`;
  writeFileSync(name, text);
  const result = await scanStreamed(name, options(), context);
  const rows = new Set([3, 4, 77, 199]);
  const pieces: Uint8Array[] = [];
  for await (const piece of result?.copy((row) => rows.has(row)) ?? []) pieces.push(piece);
  expect(Buffer.concat(pieces).toString()).toBe(copyRecords(await openDataset(name), rows).toString());
});

it.each(["jsonl", "csv", "parquet"])(
  "a %s file that changes while it is scanned is refused in one line",
  async (format) => {
    const { pairs } = plantedPairs(7, { count: 300, rate: 0.05 });
    const name = file(`changing.${format}`);
    writeFileSync(name, format === "parquet" ? parquet(pairs) : format === "csv" ? csv(pairs) : jsonl(pairs));
    const changing = {
      ...context,
      report: (event: JobEvent) => {
        if (event.type === "phase" && event.detail?.includes("every row") === true) appendFileSync(name, "\n");
      },
    };
    await expect(scanStreamed(name, options(), changing)).rejects.toMatchObject({
      name: "Failure",
      message: "the file changed while it was read",
    });
  },
);

it("stops when it is cancelled, and leaves a JSON array to be read whole", async () => {
  const name = file("array.json");
  writeFileSync(name, JSON.stringify([{ src: "a", tgt: "b" }]));
  expect(await scanStreamed(name, options(), context)).toBeNull();
  writeFileSync(file("some.jsonl"), jsonl([["a", "b"]]));
  const cancelled = { ...context, signal: AbortSignal.abort() };
  await expect(scanStreamed(file("some.jsonl"), options(), cancelled)).rejects.toMatchObject({ name: "Cancelled" });
});
