import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import type { SchemaElement } from "hyparquet";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, describe, expect, it } from "vitest";
import { oddRows } from "../../test/support/odd-datasets";
import { FileWindows } from "./file-windows";
import { openDataset } from "./open";
import { rangedCopy, rangedShape, rangeReader, rangesOf, surveyOf, type ShapeOptions } from "./record-ranges";

const folder = mkdtempSync(path.join(tmpdir(), "ranges-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string): string => path.join(folder, name);

type Rows = readonly { readonly input: string; readonly output: string }[];
/** Small pages, so that a row group has several; columns that repeat get a dictionary. */
function written(
  name: string,
  rows: Rows,
  pages: { pageSize: number; rowGroupSize: number; codec?: "UNCOMPRESSED" },
): string {
  const writer = {
    columnData: [
      { name: "src", data: rows.map(({ input }) => input), type: "STRING" as const },
      { name: "tgt", data: rows.map(({ output }) => output), type: "STRING" as const },
      { name: "year", data: rows.map((_row, i) => i % 7), type: "INT32" as const },
    ],
    ...pages,
  };
  writeFileSync(file(name), Buffer.from(parquetWriteBuffer(writer)));
  return file(name);
}
const many: Rows = Array.from({ length: 500 }, (_none, i) => ({
  input: `ask ${i} ${"x".repeat(i % 90)}`,
  output: `a${i % 5}`,
}));
const paged = { pageSize: 1000, rowGroupSize: 200 };
/** The page with sample 251, in the second row group, no longer holds texts. */
function torn(name: string): string {
  const bytes = readFileSync(written(name, many, { ...paged, codec: "UNCOMPRESSED" }));
  const length = bytes.indexOf("ask 250 ") - 4;
  bytes.fill(0xff, length, length + 4);
  writeFileSync(file(name), bytes);
  return file(name);
}
const limits = { records: 30, bytes: 1500 };

async function withFile<T>(name: string, use: (windows: FileWindows) => Promise<T>): Promise<T> {
  const windows = await FileWindows.open(name);
  try {
    return await use(windows);
  } finally {
    await windows.close();
  }
}

/** Every record by ranges, as openDataset gives it. */
const byRange = (name: string, options: ShapeOptions = {}) =>
  withFile(name, async (windows) => {
    const shape = await rangedShape(windows, options);
    if (shape === null) return null;
    const reader = await rangeReader(windows, shape);
    const samples: (readonly [number, string, string])[] = [];
    const skipped: { row: number; line: number; reason: string }[] = [];
    for await (const range of rangesOf(windows, shape, limits)) {
      for await (const { row, line, texts } of reader.texts(range)) {
        if (typeof texts === "string") skipped.push({ row, line, reason: texts });
        else samples.push([row, texts.input, texts.output]);
      }
    }
    return { samples, skipped };
  });

async function whole(name: string) {
  const { samples, skipped } = await openDataset(name);
  return { samples: samples.map(({ row, input, output }) => [row, input.text, output.text]), skipped };
}

describe("a Parquet file by ranges of rows", () => {
  it("gives what the whole file gives, over pages and row groups", async () => {
    await fc.assert(
      fc.asyncProperty(
        oddRows,
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 4 }),
        async (rows, pageSize, rowGroupSize) => {
          const name = written("odd.parquet", rows, { pageSize, rowGroupSize });
          expect(await byRange(name)).toEqual(await whole(name));
        },
      ),
      { numRuns: 60 },
    );
    const name = written("many.parquet", many, paged);
    const read = await byRange(name);
    expect(read).toEqual(await whole(name));
    expect(read?.samples).toHaveLength(500);
  });

  it("reads only the rows that are wanted, in any order of ranges", async () => {
    const name = written("wanted.parquet", many, paged);
    await withFile(name, async (windows) => {
      const shape = (await rangedShape(windows, {}))!;
      const { ranges, rows, sha256 } = await surveyOf(windows, shape, limits, new AbortController().signal);
      expect([rows, ranges.reduce((sum, { count }) => sum + count, 0)]).toEqual([500, 500]);
      expect(sha256).toBe((await openDataset(name)).sha256);
      const reader = await rangeReader(windows, shape);
      const found: number[] = [];
      for (const range of [...ranges].reverse()) {
        for await (const { row, texts } of reader.texts(range, (one) => one % 100 === 3)) {
          expect(texts).toEqual(many[row]);
          found.push(row);
        }
      }
      expect(found).toEqual([403, 303, 203, 103, 3]);
    });
  });

  it("loses the rows of a damaged page alone, and names them with their row group", async () => {
    const name = torn("damaged.parquet");
    const read = await byRange(name);
    expect(read).toEqual(await whole(name));
    const reasons = [...new Set(read!.skipped.map(({ reason }) => reason))];
    expect(reasons).toHaveLength(1);
    const [, from, to] = /^samples (\d+) to (\d+) \(row group 2\) cannot be read: /u.exec(reasons[0]!)!.map(Number);
    expect(from).toBeGreaterThan(201);
    expect(to).toBeLessThan(400);
    expect(read!.skipped.map(({ row }) => row + 1)).toEqual(
      Array.from({ length: to! - from! + 1 }, (_none, i) => from! + i),
    );
    expect(read!.samples).toHaveLength(500 - read!.skipped.length);
  });

  it("bytes changed anywhere give the same samples and reasons as the whole file, or none", async () => {
    const plain = readFileSync(written("plain.parquet", many.slice(0, 60), { pageSize: 300, rowGroupSize: 25 }));
    const change = fc.tuple(fc.nat(plain.length - 1), fc.integer({ min: 0, max: 255 }));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        const bytes = Buffer.from(plain);
        for (const [at, byte] of changes) bytes[at] = byte;
        writeFileSync(file("fuzz.parquet"), bytes);
        const failed = (error: unknown): string => (error as Error).message;
        const expected = await whole(file("fuzz.parquet")).catch(failed);
        const read = await byRange(file("fuzz.parquet")).catch(failed);
        // Where nothing can be read the whole file is refused; that it is not by ranges is the scan's to see.
        if (typeof expected === "string")
          expect(read === null || typeof read === "string" || read.samples.length === 0).toBe(true);
        else if (read !== null) expect(read).toEqual(expected);
      }),
      { numRuns: 150 },
    );
  });

  it("leaves a small file, and one with large lists in a row group, to be read whole", async () => {
    const name = written("small.parquet", many, paged);
    expect(await byRange(name, { above: 10_000_000 })).toBeNull();
    expect(await byRange(name, { above: 1000, format: "jsonl" })).toBeNull();
    const schema: SchemaElement[] = [
      { name: "root", num_children: 1 },
      { name: "messages", repetition_type: "OPTIONAL", num_children: 1, converted_type: "LIST" },
      { name: "list", repetition_type: "REPEATED", num_children: 1 },
      { name: "element", repetition_type: "OPTIONAL", num_children: 2 },
      { name: "role", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" },
      { name: "content", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" },
    ];
    const chat = (length: number) => (_none: unknown, i: number) => [
      { role: "user", content: `question ${i} ${"q".repeat(length)}` },
      { role: "assistant", content: `answer ${i}` },
    ];
    const chats = (length: number): Buffer => {
      const columnData = [{ name: "messages", data: Array.from({ length: 40 }, chat(length)) }];
      return Buffer.from(parquetWriteBuffer({ schema, columnData, rowGroupSize: 25 }));
    };
    writeFileSync(file("chat.parquet"), chats(10));
    expect((await byRange(file("chat.parquet")))?.samples).toHaveLength(40);
    expect(await byRange(file("chat.parquet"))).toEqual(await whole(file("chat.parquet")));
    writeFileSync(file("long.parquet"), chats(2_000_000));
    expect(await byRange(file("long.parquet"))).toBeNull();
  });

  it("is copied row group by row group, every value as it was", async () => {
    const name = written("copied.parquet", many, paged);
    const pieces: Uint8Array[] = [];
    await withFile(name, async (windows) => {
      const shape = (await rangedShape(windows, {}))!;
      for await (const piece of rangedCopy(shape, [], (row) => row % 3 === 0)) pieces.push(piece);
    });
    // The mark, three row groups and the footer.
    expect(pieces).toHaveLength(5);
    writeFileSync(file("copy.parquet"), Buffer.concat(pieces));
    const copy = await openDataset(file("copy.parquet"));
    expect(copy.samples.map(({ input, output }) => ({ input: input.text, output: output.text }))).toEqual(
      many.filter((_row, i) => i % 3 === 0),
    );
    const years = await openDataset(file("copy.parquet"), { input: "src", output: "year" });
    expect(years.samples.map(({ output }) => Number(output.text))).toEqual(
      many.flatMap((_row, i) => (i % 3 === 0 ? [i % 7] : [])),
    );
  });

  it("is not copied where a wanted row cannot be read, in one line", async () => {
    const name = torn("torn.parquet");
    await withFile(name, async (windows) => {
      const shape = (await rangedShape(windows, {}))!;
      const copyAll = async (isWanted: (row: number) => boolean): Promise<number> => {
        let length = 0;
        for await (const piece of rangedCopy(shape, [], isWanted)) length += piece.length;
        return length;
      };
      await expect(copyAll(() => true)).rejects.toThrow(
        /the file cannot be copied: samples \d+ to \d+ \(row group 2\)/u,
      );
      expect(await copyAll((row) => row < 200)).toBeGreaterThan(0);
    });
  });
});
