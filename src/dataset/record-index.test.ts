import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { choices, oddRows, writeJsonl, writeSeparated } from "../../test/support/odd-datasets";
import { csvRecords } from "./csv-records";
import { jsonlRecords } from "./jsonl-records";
import { openDataset } from "./open";
import { recordBoundaries, type Division } from "./record-boundaries";
import { openIndex, type IndexedSample } from "./record-index";

const folder = mkdtempSync(path.join(tmpdir(), "record-index-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string): string => path.join(folder, name);

const lines = (...records: unknown[]): string => records.map((record) => `${JSON.stringify(record)}\n`).join("");
const pair = (row: number): { src: string; tgt: string } => ({ src: `in ${row}`, tgt: `out ${row}` });

describe("the boundaries of records", () => {
  const boundariesOf = (bytes: Buffer, division: Division, cuts: readonly number[]): number[][] => {
    const found: number[][] = [];
    const boundaries = recordBoundaries(division, 0, 1, (start, end, _next, line) => found.push([start, end, line]));
    const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
    places.slice(1).forEach((to, i) => {
      boundaries.push(bytes.subarray(places[i], to));
    });
    boundaries.finish();
    return found;
  };
  const hostile = fc
    .array(fc.constantFrom("a", "bc", '"', '""', ",", "\n", "\r", "\r\n", " ", "\t", "é"), { maxLength: 60 })
    .map((parts) => Buffer.from(parts.join("")));
  const cuts = fc.array(fc.nat(), { maxLength: 8 });

  it.each([0x2c, 0x09])("are those of csvRecords, wherever the pieces end (delimiter %d)", (delimiter) => {
    fc.assert(
      fc.property(hostile, cuts, (bytes, at) => {
        const expected = [...csvRecords(bytes, 0, delimiter)].map(({ start, end, line }) => [start, end, line]);
        expect(boundariesOf(bytes, delimiter, at)).toEqual(expected);
      }),
      { numRuns: 3000 },
    );
  });

  it("are those of jsonlRecords, wherever the pieces end", () => {
    fc.assert(
      fc.property(hostile, cuts, (bytes, at) => {
        const expected = [...jsonlRecords(bytes, 0)].map(({ start, end, line }) => [start, end, line]);
        expect(boundariesOf(bytes, "lines", at)).toEqual(expected);
      }),
      { numRuns: 2000 },
    );
  });
});

const plain = ({ row, line, sample, problem }: IndexedSample): unknown => ({
  row,
  line,
  problem,
  texts: sample === null ? null : [sample.input.text, sample.output.text],
  places:
    sample === null
      ? null
      : [sample.input, sample.output].flatMap((field) =>
          [0, field.text.length >> 1, field.text.length].map((offset) => field.locate(offset)),
        ),
});

async function sequentially(name: string): Promise<unknown[]> {
  const { samples, skipped } = await openDataset(name);
  return [
    ...samples.map((sample) => ({ row: sample.row, line: sample.line, sample, problem: null })),
    ...skipped.map(({ row, line, reason }) => ({ row, line, sample: null, problem: reason })),
  ]
    .sort((a, b) => a.row - b.row)
    .map(plain);
}

describe.each([
  ["jsonl", writeJsonl],
  ["csv", writeSeparated(",")],
  ["tsv", writeSeparated("\t")],
] as const)("any rows of %s", (format, write) => {
  it("are those that openDataset reads, texts and places", async () => {
    const name = file(`odd.${format}`);
    await fc.assert(
      fc.asyncProperty(oddRows, choices, fc.nat(), fc.nat(), async (rows, chosen, from, count) => {
        writeFileSync(name, write(rows, chosen).bytes);
        const expected = await sequentially(name);
        const index = await openIndex(name);
        await index.completed;
        const first = from % (rows.length + 1);
        const read = await index.read(first, count % 5);
        await index.close();
        expect([index.rows, index.complete, index.columns]).toEqual([
          rows.length,
          true,
          { input: "src", output: "tgt" },
        ]);
        expect(read.map(plain)).toEqual(expected.slice(first, first + (count % 5)));
      }),
      { numRuns: 150 },
    );
  });

  it("come with the same reasons where they cannot be read", async () => {
    const name = file(`bad.${format}`);
    const good = format === "jsonl" ? lines(pair(0)) : format === "csv" ? "a,b\n" : "a\tb\n";
    const bad = fc.constantFrom(
      good,
      "{\n",
      '"x" y\n',
      "only\n",
      "\n",
      "a,b,c\n",
      "[1]\r\n",
      '{"src":1}\n',
      "\u00e9\n",
    );
    await fc.assert(
      fc.asyncProperty(fc.array(bad, { maxLength: 12 }), fc.nat({ max: 12 }), async (parts, from) => {
        const header = format === "jsonl" ? good : format === "csv" ? `src,tgt\n${good}` : `src\ttgt\n${good}`;
        writeFileSync(name, Buffer.from(header + parts.join(""), parts.length % 2 === 0 ? "utf8" : "latin1"));
        const expected = await sequentially(name);
        const index = await openIndex(name);
        await index.completed;
        const read = await index.read(from, 4);
        await index.close();
        expect(read.map(plain)).toEqual(expected.slice(from, from + 4));
      }),
      { numRuns: 150 },
    );
  });
});

describe("a long file", () => {
  it("is read at any row, across many entries of the index", async () => {
    const name = file("long.jsonl");
    writeFileSync(name, lines(...Array.from({ length: 5000 }, (_, row) => pair(row))));
    const told: number[] = [];
    const index = await openIndex(name, { onProgress: ({ rows }) => told.push(rows) });
    expect(await index.read(0, 5)).toHaveLength(5);
    await index.completed;
    expect(told.at(-1)).toBe(5000);
    for (const first of [0, 63, 64, 65, 1999, 4990]) {
      const read = await index.read(first, 20);
      expect(read.map(({ row, line, sample }) => [row, line, sample?.output.text])).toEqual(
        Array.from({ length: Math.min(20, 5000 - first) }, (_, i) => [first + i, first + i + 1, `out ${first + i}`]),
      );
    }
    expect(await index.read(5000, 1)).toEqual([]);
    await index.close();
    await expect(index.read(0, 1)).rejects.toMatchObject({ name: "Cancelled" });
  });

  it("skips a record that is too long and reads the ones beside it", async () => {
    const name = file("huge.jsonl");
    const huge = { src: "x".repeat(17 * 1024 * 1024), tgt: "y" };
    writeFileSync(name, lines(pair(0), huge, pair(2)));
    const index = await openIndex(name);
    await index.completed;
    expect((await index.read(0, 3)).map(({ row, line, problem }) => [row, line, problem])).toEqual([
      [0, 1, null],
      [1, 2, "the record is longer than 16 MB"],
      [2, 3, null],
    ]);
    await index.close();
  });
});

describe("a file that is not what it was", () => {
  it("is told in one line when it changed since it was opened", async () => {
    const name = file("changing.csv");
    writeFileSync(name, "src,tgt\na,b\n");
    const index = await openIndex(name);
    await index.completed;
    appendFileSync(name, "c,d\n");
    await expect(index.read(0, 1)).rejects.toMatchObject({
      name: "Failure",
      message: "the file changed while it was read",
    });
    await index.close();
  });

  it("stops when it is cancelled, and says which columns it lacks", async () => {
    const name = file("columns.csv");
    writeFileSync(name, "left,right\na,b\n");
    await expect(openIndex(name)).rejects.toMatchObject({ usage: true });
    await expect(openIndex(name, { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: "Cancelled" });
    const controller = new AbortController();
    const index = await openIndex(name, { input: "left", output: "right", signal: controller.signal });
    controller.abort();
    await expect(index.read(0, 1)).rejects.toMatchObject({ name: "Cancelled" });
    await index.close();
  });
});

it("a JSON array is read by row too", async () => {
  const name = file("array.json");
  writeFileSync(name, JSON.stringify([pair(0), 7, pair(2)]));
  const index = await openIndex(name);
  expect([index.rows, index.complete, index.format]).toEqual([3, true, "json"]);
  expect((await index.read(1, 5)).map(({ row, problem }) => [row, problem])).toEqual([
    [1, "not a JSON object"],
    [2, null],
  ]);
  await index.close();
});
