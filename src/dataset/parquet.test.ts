import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import fc from "fast-check";
import { parquetMetadata, type CompressionCodec, type SchemaElement } from "hyparquet";
import { parquetWriteBuffer, type ColumnSource } from "hyparquet-writer";
import { oddRows } from "../../test/support/odd-datasets";
import { Failure } from "../foundation/failure";
import { copyFiles, rewriteFiles } from "./copies";
import { openDataset, type OpenOptions } from "./open";
import { checkRuns, checkThrift } from "./parquet-check";
import { UnreadableDataset } from "./unreadable";
import { storedZstd } from "./zstd";

const folder = mkdtempSync(path.join(tmpdir(), "parquet-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function open(name: string, content: Uint8Array | string, options: OpenOptions = {}) {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return openDataset(file, options);
}

type Codec = Extract<CompressionCodec, "UNCOMPRESSED" | "SNAPPY" | "GZIP" | "ZSTD">;
function written(columnData: ColumnSource[], codec: Codec = "SNAPPY", rowGroupSize = 100): Buffer {
  const compressors = { GZIP: (bytes: Uint8Array) => gzipSync(bytes), ZSTD: storedZstd };
  return Buffer.from(parquetWriteBuffer({ columnData, codec, compressors, rowGroupSize }));
}
const texts = (name: string, data: (string | null)[]): ColumnSource => ({ name, data, type: "STRING" });
const pairs = (rows: readonly { input: string; output: string }[]): ColumnSource[] => [
  texts(
    "src",
    rows.map(({ input }) => input),
  ),
  texts(
    "tgt",
    rows.map(({ output }) => output),
  ),
];
const some = pairs(Array.from({ length: 250 }, (_, i) => ({ input: `q${i}`, output: `a${(i * 7919) % 1009}` })));

describe("Parquet", () => {
  it.each(["UNCOMPRESSED", "SNAPPY", "GZIP", "ZSTD"] as const)("%s gives back the texts", async (codec) => {
    await fc.assert(
      fc.asyncProperty(oddRows, fc.integer({ min: 1, max: 3 }), async (rows, group) => {
        const dataset = await open("odd.parquet", written(pairs(rows), codec, group));
        expect(dataset).toMatchObject({ format: "parquet", rows: rows.length, skipped: [] });
        expect(dataset.samples.map(({ input, output }) => ({ input: input.text, output: output.text }))).toEqual(rows);
        const last = dataset.samples.at(-1);
        const place = { byte: 0, line: rows.length, column: 1 };
        expect(last?.input.locate(last.input.text.length)).toEqual(place);
        expect(() => last?.input.locate(-1)).toThrow(RangeError);
      }),
      { numRuns: 40 },
    );
  });

  it.each(["a.parq", "a.pqt", "a.PARQUET", "named.csv"])("is known by name or content: %s", async (name) => {
    expect(await open(name, written(some))).toMatchObject({ format: "parquet", rows: 250 });
  });

  it("is read from gzip and zstd too, and copied", async () => {
    for (const [suffix, pack] of [
      ["gz", (bytes: Buffer) => gzipSync(bytes)],
      ["zst", storedZstd],
    ] as const) {
      const dataset = await open(`a.parquet.${suffix}`, pack(written(some)));
      expect(dataset).toMatchObject({ format: "parquet", rows: 250 });
      const [copy] = await copyFiles(dataset, new Set([3]), `b.parquet.${suffix}`);
      expect((await open(`b.parquet.${suffix}`, copy?.content as Buffer)).samples[0]?.input.text).toBe("q3");
    }
  });

  it("integers and booleans are labels; what is no text is told by row", async () => {
    const columns: ColumnSource[] = [
      texts("code", ["a", "b", null]),
      { name: "label", data: [1n, -2n, 9007199254740993n], type: "INT64" },
      { name: "ok", data: [true, false, true], type: "BOOLEAN" },
      { name: "half", data: [0.5, 1, 2], type: "DOUBLE" },
      { name: "when", data: [new Date(0), new Date(1), new Date(2)], type: "TIMESTAMP" },
      { name: "raw", data: [Buffer.from([0xe9]), Buffer.from("x"), Buffer.from("é")], type: "BYTE_ARRAY" },
    ];
    const bytes = written(columns);
    const labels = await open("labels.parquet", bytes);
    expect(labels.samples.map(({ output }) => output.text)).toEqual(["1", "-2"]);
    expect(labels.skipped).toEqual([{ row: 2, line: 3, reason: '"code" is null, not text' }]);
    expect((await open("l.parquet", bytes, { input: "ok", output: "label" })).samples[2]).toMatchObject({
      input: { text: "true" },
      output: { text: "9007199254740993" },
    });
    const raw = await open("l.parquet", bytes, { input: "raw", output: "ok" });
    expect(raw.skipped).toEqual([{ row: 0, line: 1, reason: '"raw" is not valid UTF-8' }]);
    for (const [name, reason] of [
      ["half", /"half" is a number that is no integer/],
      ["when", /"when" is a date, not text/],
    ] as const) {
      await expect(open("l.parquet", bytes, { input: name, output: "ok" })).rejects.toThrow(reason);
    }
  });

  const chatSchema: SchemaElement[] = [
    { name: "root", num_children: 2 },
    { name: "id", type: "INT32", repetition_type: "REQUIRED" },
    { name: "messages", repetition_type: "OPTIONAL", num_children: 1, converted_type: "LIST" },
    { name: "list", repetition_type: "REPEATED", num_children: 1 },
    { name: "element", repetition_type: "OPTIONAL", num_children: 2 },
    { name: "role", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" },
    { name: "content", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" },
  ];
  const turn = (role: string, content: string | null) => ({ role, content });
  const chat = Buffer.from(
    parquetWriteBuffer({
      schema: chatSchema,
      columnData: [
        { name: "id", data: [1, 2, 3, 4, 5] },
        {
          name: "messages",
          data: [
            [
              turn("system", "s"),
              turn("user", "u1"),
              turn("assistant", "a1"),
              turn("user", "u2"),
              turn("assistant", "a2"),
            ],
            [turn("user", "u"), turn("assistant", null)],
            [],
            null,
            [turn("user", "ü"), turn("assistant", "ä")],
          ],
        },
      ],
    }),
  );

  it("messages as a list of structures are chat turns, and are rewritten turn by turn", async () => {
    const dataset = await open("chat.parquet", chat);
    expect(dataset.columns).toEqual({ input: "messages", output: "messages" });
    expect(dataset.samples.map(({ input, output }) => [input.text, output.text])).toEqual([
      ["u1\nu2", "a1\na2"],
      ["ü", "ä"],
    ]);
    expect(dataset.skipped.map(({ row, reason }) => [row, reason])).toEqual([
      [1, '"messages" has no turn of the assistant'],
      [2, '"messages" has no turn of the user'],
      [3, '"messages" is not a list of turns'],
    ]);
    const [copy] = await rewriteFiles(dataset, new Map([[0, { output: "a1\nchanged" }]]), "x.parquet");
    const again = await open("chat2.parquet", copy?.content as Buffer);
    expect(again.samples.map(({ input, output }) => [input.text, output.text])).toEqual([
      ["u1\nu2", "a1\nchanged"],
      ["ü", "ä"],
    ]);
    expect(again.skipped).toEqual(dataset.skipped);
  });
});

describe("copies of Parquet", () => {
  it("hold the chosen rows with all their columns as they are stored", async () => {
    const columns: ColumnSource[] = [
      ...some,
      { name: "n", data: Array.from({ length: 250 }, (_, i) => BigInt(i) * 10n ** 16n), type: "INT64" },
      { name: "at", data: Array.from({ length: 250 }, (_, i) => new Date(i * 1e9)), type: "TIMESTAMP" },
      {
        name: "maybe",
        data: Array.from({ length: 250 }, (_, i) => (i % 3 === 0 ? null : i / 7)),
        type: "DOUBLE",
      },
    ];
    const dataset = await open("wide.parquet", written(columns, "GZIP"));
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat(249), { minLength: 1 }), async (rows) => {
        const [copy] = await copyFiles(dataset, new Set(rows), "x.parquet");
        const again = await open("copy.parquet", copy?.content as Buffer);
        const sorted = rows.sort((a, b) => a - b);
        expect(again.samples.map(({ input, output }) => [input.text, output.text])).toEqual(
          sorted.map((row) => [`q${row}`, `a${(row * 7919) % 1009}`]),
        );
        const numbers = await open("copy.parquet", copy?.content as Buffer, { input: "src", output: "n" });
        expect(numbers.samples.map(({ output }) => output.text)).toEqual(
          sorted.map((row) => String(BigInt(row) * 10n ** 16n)),
        );
      }),
      { numRuns: 12 },
    );
    await expect(copyFiles(dataset, new Set([250]), "x.parquet")).rejects.toThrow(RangeError);
  });

  it("keep what integers stand for by the converted type, which every reader takes", async () => {
    const schema: SchemaElement[] = [
      { name: "root", num_children: 2 },
      { name: "text", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" },
      {
        name: "label",
        type: "INT32",
        repetition_type: "OPTIONAL",
        logical_type: { type: "INTEGER", bitWidth: 8, isSigned: false },
      },
    ];
    const columnData = [
      { name: "text", data: ["a", "b"] },
      { name: "label", data: [1, 200] },
    ];
    const dataset = await open("byte.parquet", Buffer.from(parquetWriteBuffer({ schema, columnData })));
    const [copy] = await copyFiles(dataset, new Set([1]), "x.parquet");
    const label = parquetMetadata(new Uint8Array(copy?.content as Buffer)).schema[2];
    expect(label).toMatchObject({ name: "label", type: "INT32", converted_type: "UINT_8" });
    expect(label?.logical_type).toBeUndefined();
  });

  it("are refused once the file has changed", async () => {
    const dataset = await open("changing.parquet", written(some));
    writeFileSync(path.join(folder, "changing.parquet"), written(some, "GZIP"));
    await expect(copyFiles(dataset, new Set([0]), "x.parquet")).rejects.toThrow(/the file changed since it was read/);
  });
});

describe("Parquet that cannot be read, in one line", () => {
  const whole = written(some);
  it.each([
    ["text", "src,tgt\na,b\n", /no Parquet file: it does not begin as Parquet does/],
    ["nothing", "", /the file is empty/],
    ["wrong magic", Buffer.concat([Buffer.from("PAR2"), whole.subarray(4)]), /does not begin as Parquet does/],
    ["only the magic", "PAR1", /it does not begin|its end is missing/],
    ["the end cut", whole.subarray(0, -20), /no whole Parquet file: its end is missing/],
    ["the beginning cut", whole.subarray(200), /does not begin as Parquet does/],
    ["the middle cut", Buffer.concat([whole.subarray(0, 100), whole.subarray(-300)]), /Parquet|row group/],
    [
      "a huge footer",
      Buffer.concat([whole.subarray(0, -8), Buffer.from([0xff, 0xff, 0xff, 0x7f]), Buffer.from("PAR1")]),
      /its footer is cut off/,
    ],
    ["no rows", written(pairs([])), /holds no records/],
  ] as const)("%s", async (_, content, message) => {
    const error: unknown = await open("bad.parquet", content).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(UnreadableDataset);
    expect((error as Failure).oneLine).toMatch(message);
    expect((error as UnreadableDataset).facts.bytes).toBe(Buffer.byteLength(content));
  });

  it("a row group that is damaged is told row by row, and the others are read", async () => {
    const bytes = Buffer.from(written(some, "GZIP"));
    bytes.fill(0xff, 40, 60);
    const dataset = await open("damaged.parquet", bytes);
    expect(dataset.rows).toBe(250);
    expect(dataset.skipped).toHaveLength(100);
    expect(dataset.skipped[0]).toMatchObject({
      row: 0,
      line: 1,
      reason: expect.stringMatching(/^samples 1 to 100 \(row group 1\) cannot be read: /) as string,
    });
    expect(dataset.samples[0]?.input.text).toBe("q100");
  });

  it("asks for the columns where their names tell nothing", async () => {
    const bytes = written([texts("java", ["a"]), texts("cs", ["b"]), texts("python", ["c"])]);
    await expect(open("ask.parquet", bytes)).rejects.toThrow(/"java" -> "cs", "java" -> "python", "cs" -> "python"/);
    await expect(open("ask.parquet", written([texts("x", ["a"])]))).rejects.toMatchObject({ usage: true });
  });

  const isFailure = (error: unknown): null => {
    if (!(error instanceof Failure)) throw error;
    expect(error.oneLine).not.toMatch(/\n/);
    return null;
  };

  it.each(["UNCOMPRESSED", "SNAPPY", "GZIP", "ZSTD"] as const)(
    "bytes changed anywhere give samples or a Failure: %s",
    async (codec) => {
      const plain = written(
        pairs(Array.from({ length: 20 }, (_, i) => ({ input: `q${i % 5}`, output: `a${i}` }))),
        codec,
        10,
      );
      const change = fc.tuple(fc.nat(plain.length - 1), fc.integer({ min: 0, max: 255 }));
      await fc.assert(
        fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
          const bytes = Buffer.from(plain);
          for (const [at, byte] of changes) bytes[at] = byte;
          const dataset = await open("fuzz.parquet", bytes).catch(isFailure);
          if (dataset === null) return;
          expect(dataset.samples.length + dataset.skipped.length).toBe(dataset.rows);
          await copyFiles(dataset, new Set([0]), "x.parquet").catch(isFailure);
        }),
        { numRuns: 120 },
      );
    },
  );

  it("any bytes between the marks give a Failure", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 120 }), async (footer) => {
        const size = Buffer.alloc(4);
        size.writeUInt32LE(footer.length);
        const bytes = Buffer.concat([Buffer.from("PAR1"), footer, size, Buffer.from("PAR1")]);
        expect(await open("footer.parquet", bytes).catch(isFailure)).toBeNull();
      }),
      { numRuns: 120 },
    );
  });
});

describe("checks before decoding", () => {
  it("refuse counts that the bytes cannot hold", () => {
    // A run of 2^30 equal values in six bytes.
    const run = Uint8Array.from([0x80, 0x80, 0x80, 0x80, 0x08, 1]);
    expect(() => checkRuns(run, 0, run.length, 1, 10)).toThrow(/corrupt/);
    expect(() => checkRuns(Uint8Array.from([20, 1]), 0, 2, 1, 10)).not.toThrow();
    expect(() => checkRuns(Uint8Array.from([20]), 0, 1, 1, 11)).toThrow(/corrupt/);
    // A list of 2^31 elements, and structures in structures.
    const list = Uint8Array.from([0x19, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x07, 0]);
    expect(() => checkThrift(new DataView(list.buffer), 0)).toThrow(/corrupt/);
    const deep = new Uint8Array(10_000).fill(0x1c);
    expect(() => checkThrift(new DataView(deep.buffer), 0)).toThrow(/corrupt/);
  });
});

it("leaves the file as it was", async () => {
  const bytes = written(some);
  const dataset = await open("same.parquet", bytes);
  await copyFiles(dataset, new Set([1]), "x.parquet");
  expect(readFileSync(path.join(folder, "same.parquet")).equals(bytes)).toBe(true);
});
