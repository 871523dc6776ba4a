import { existsSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import fc from "fast-check";
import { Cancelled, Failure } from "../foundation/failure";
import { openDataset, type OpenOptions } from "./open";
import { formatNamed } from "./format";
import { UnreadableDataset } from "./unreadable";

const folder = mkdtempSync(path.join(tmpdir(), "bad-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function open(name: string, content: string | Uint8Array, options: OpenOptions = {}) {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return openDataset(file, options);
}

const good = '{"src":"a","tgt":"b"}';

describe("records that cannot be read are skipped and said so", () => {
  it.each([
    ["truncated", '{"src":"a","tg', "not a whole JSON object"],
    ["no JSON", "{src:1}", "not valid JSON"],
    ["an array", '["a","b"]', "not a JSON object"],
    ["null", "null", "not a JSON object"],
    ["a key is missing", '{"src":"a"}', 'the key "tgt" is missing'],
    ["null as text", '{"src":"a","tgt":null}', '"tgt" is null, not text'],
    ["an object as text", '{"src":{"a":1},"tgt":"b"}', '"src" is an object, not text'],
    ["an array as text", '{"src":["a"],"tgt":"b"}', '"src" is an array, not text'],
    ["a fraction as label", '{"src":"a","tgt":0.5}', '"tgt" is a number that is no integer'],
    ["1.0 as label", '{"src":"a","tgt":1.0}', '"tgt" is a number that is no integer'],
    ["a key twice", '{"src":"a","src":"bb","tgt":"b"}', 'the key "src" stands twice'],
    ["a key twice, once escaped", '{"src":"a","s\\u0072c":"bb","tgt":"b"}', 'the key "src" stands twice'],
    ["__proto__", '{"src":"a","tgt":"b","__proto__":{"src":"c"}}', 'it holds the key "__proto__"'],
    ["half a surrogate pair", '{"src":"a\\ud83d","tgt":"b"}', "half of a surrogate pair stands alone"],
    ["a raw control character", '{"src":"a\tb","tgt":"b"}', "not valid JSON"],
    ["endless nesting", "[".repeat(100_000), "not a JSON object"],
    ["nesting", `${"[".repeat(100_000)}${"]".repeat(100_000)}`, "not a JSON object"],
    ["keys of the prototype", '{"src":"a","tgt":"b","constructor":1,"toString":2}', null],
  ])("JSONL: %s", async (_, line, reason) => {
    const dataset = await open("bad.jsonl", `${good}\n\n${line}\n${good}\n`);
    expect(dataset.skipped).toEqual(reason === null ? [] : [{ row: 1, line: 3, reason }]);
    expect(dataset.rows).toBe(3);
    expect(dataset.samples.map(({ row, line: at }) => [row, at])).toEqual(
      reason === null
        ? [
            [0, 1],
            [1, 3],
            [2, 4],
          ]
        : [
            [0, 1],
            [2, 4],
          ],
    );
  });

  it("JSONL: no key of the prototype counts as a column", async () => {
    await expect(open("p.jsonl", good, { input: "constructor", output: "tgt" })).rejects.toThrow(
      /no column "constructor"/,
    );
  });

  it("JSONL: bytes that are not UTF-8, and only that record", async () => {
    const dataset = await open(
      "latin.jsonl",
      Buffer.concat([Buffer.from(`${good}\n{"src":"`), Buffer.from([0xe9]), Buffer.from(`","tgt":"b"}\n${good}`)]),
    );
    expect(dataset.skipped).toEqual([{ row: 1, line: 2, reason: "not valid UTF-8" }]);
    expect(dataset.samples).toHaveLength(2);
  });

  it("JSONL: a line of more than 16 MB", async () => {
    const dataset = await open("long.jsonl", `${good}\n{"src":"${"a".repeat(17_000_000)}","tgt":"b"}\n${good}\n`);
    expect(dataset.skipped).toEqual([{ row: 1, line: 2, reason: "the record is longer than 16 MB" }]);
  });

  it.each([
    ["a broken element", `[${good},{"src":1,},\n${good}]`, 3, [{ row: 1, line: 1, reason: "not valid JSON" }]],
    ["a missing element", `[${good},,${good}]`, 3, [{ row: 1, line: 1, reason: "a value is missing" }]],
    ["no closing bracket", `[${good}\n`, 2, [{ row: 1, line: 2, reason: "the file ends before the array is closed" }]],
    ["cut in an element", `[${good},\n{"src":"a`, 2, [{ row: 1, line: 2, reason: "not a whole JSON object" }]],
    ["text after the array", `[${good}]\n]x`, 2, [{ row: 1, line: 2, reason: "text follows the end of the array" }]],
    ["a number", `[${good}, 5]`, 2, [{ row: 1, line: 1, reason: "not a JSON object" }]],
  ])("JSON array: %s", async (_, content, rows, skipped) => {
    const dataset = await open("bad.json", content);
    expect(dataset.rows).toBe(rows);
    expect(dataset.skipped.map((record) => ({ ...record, row: record.row }))).toEqual(skipped);
    expect(dataset.samples).toHaveLength(rows - 1);
  });

  it.each([
    ["too few fields", "a\nc,d\n", { row: 0, line: 2, reason: "1 field where the header has 2" }],
    ["too many fields", "a,b,c\nc,d\n", { row: 0, line: 2, reason: "3 fields where the header has 2" }],
    ["text after a quote", '"a"x,b\nc,d\n', { row: 0, line: 2, reason: "text follows a closing quote" }],
    ["a quote that stays open", 'c,d\na,"b\nc,d\n', { row: 1, line: 3, reason: "a quote is opened and never closed" }],
  ])("CSV: %s", async (_, content, skipped) => {
    const dataset = await open("bad.csv", `src,tgt\n${content}`);
    expect(dataset.skipped).toEqual([skipped]);
    expect(dataset.samples.map(({ input }) => input.text)).toEqual(["c"]);
  });

  it("CSV: a quote inside an unquoted field stands for itself", async () => {
    const dataset = await open("quote.csv", 'src,tgt\na"b"c,d""\n');
    expect([dataset.samples[0]?.input.text, dataset.samples[0]?.output.text]).toEqual(['a"b"c', 'd""']);
  });

  it.each([
    ["no list", '{"messages":"a"}', '"messages" is not a list of turns'],
    ["no role", '{"messages":[{"content":"a"}]}', 'a turn in "messages" has no role'],
    [
      "content that is no text",
      '{"messages":[{"role":"user","content":[1]}]}',
      'the content of a turn in "messages" is not text',
    ],
    ["no answer", '{"messages":[{"role":"user","content":"a"}]}', '"messages" has no turn of the assistant'],
    [
      "a key twice",
      '{"messages":[{"role":"user","content":"a","content":"b"},{"role":"assistant","content":"c"}]}',
      'a key of a turn in "messages" stands twice',
    ],
  ])("chat: %s", async (_, line, reason) => {
    const chat = '{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}';
    expect((await open("chat.jsonl", `${chat}\n${line}\n`)).skipped).toEqual([{ row: 1, line: 2, reason }]);
  });
});

describe("files that hold nothing readable fail in one line, and can be told from clean ones", () => {
  it.each([
    ["empty.csv", "", /is empty/],
    ["blank.jsonl", " \n\n", /holds no records/],
    ["header.csv", "src,tgt\n", /holds no records/],
    ["bom.csv", "\ufeff", /holds no records/],
    ["none.json", "[]", /holds no records/],
    ["object.json", '{\n "data": [1]\n}', /JSON object, not records/],
    ["all-bad.jsonl", '{"a\n{"b\n', /none of the 2 records can be read: not a whole JSON object/],
    ["no-keys.jsonl", "{}\n{}\n", /none of the 2 records can be read: it holds no columns/],
    ["short.csv", "src,tgt\na\nb\n", /none of the 2 records can be read: 1 field where the header has 2/],
    ["header-quote.csv", '"src,tgt\na,b\n', /the header cannot be read/],
    ["utf32.csv", Buffer.from([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0]), /UTF-32/],
    ["utf16-no-bom.jsonl", Buffer.from(good, "utf16le"), /UTF-16/],
    ["zip.csv", Buffer.from("PK\u0003\u0004rest"), /zip/],
    ["gzip.jsonl", Buffer.from([0x1f, 0x8b, 8, 0]), /nothing in the file can be read: the gzip data ends before/],
    ["parquet.csv", "PAR1....", /no whole Parquet file/],
    ["pointer.csv", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n", /Git LFS pointer/],
    ["binary.csv", Buffer.from(Array.from({ length: 4000 }, (_, i) => (i * 7919) % 13)), /binary/],
  ] as const)("%s", async (name, content, message) => {
    const error: unknown = await open(name, content).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(UnreadableDataset);
    const failure = error as UnreadableDataset;
    expect(failure.oneLine).toMatch(message);
    expect(failure.oneLine).not.toContain("\n");
    expect(failure.usage).toBe(false);
    expect(failure.facts.bytes).toBe(Buffer.byteLength(content));
    expect(failure.facts.skipped).toHaveLength(failure.facts.rows);
  });

  it("a file that does not exist, or is a folder", async () => {
    await expect(openDataset(path.join(folder, "absent.csv"))).rejects.toMatchObject({
      message: expect.stringContaining("no such file") as string,
    });
    mkdirSync(path.join(folder, "sub.csv"));
    await expect(openDataset(path.join(folder, "sub.csv"))).rejects.toThrow(/folder/);
    if (existsSync("/dev/zero")) await expect(openDataset("/dev/zero")).rejects.toThrow(/not a regular file/);
  });

  it("a file of more than can be read whole, with what to do", async () => {
    const file = path.join(folder, "large.json");
    writeFileSync(file, "[");
    // Without blocks on the disk.
    truncateSync(file, 600 * 1024 * 1024);
    const error = await openDataset(file).catch((thrown: unknown) => thrown);
    expect((error as Failure).oneLine).toMatch(/large\.json: the file has 600 MB, and at most 512 MB .*JSONL/u);
  });
});

describe("wrong usage", () => {
  it("names the missing column and lists those found", async () => {
    const error: unknown = await open("columns.csv", "src,tgt\na,b\n", { input: "question" }).catch(
      (caught: unknown) => caught,
    );
    expect(error).toMatchObject({ usage: true });
    expect((error as Failure).oneLine).toMatch(/no column "question"; the columns found are "src", "tgt"/);
  });

  it("says so when the names tell nothing", async () => {
    await expect(open("unknown.jsonl", '{"x":"a"}\n{"y":"a"}\n')).rejects.toMatchObject({
      usage: true,
      message: expect.stringContaining('"x", "y"') as string,
    });
    await expect(open("unknown.csv", "a\u0000\nb,c\n")).rejects.toMatchObject({ usage: true });
  });

  it("refuses one column for both sides, and a column that exists twice", async () => {
    await expect(open("same.csv", "src,tgt\na,b\n", { input: "src", output: "src" })).rejects.toMatchObject({
      usage: true,
    });
    await expect(open("twice.csv", "src,src,tgt\na,b,c\n")).rejects.toThrow(/two columns "src"/);
  });

  it("refuses unknown formats", () => {
    expect(formatNamed("tsv")).toBe("tsv");
    expect(() => formatNamed("xml")).toThrow(expect.objectContaining({ usage: true }) as Error);
  });
});

describe("opening", () => {
  it("stops when cancelled", async () => {
    const signal = AbortSignal.abort();
    await expect(open("c.jsonl", good, { signal })).rejects.toBeInstanceOf(Cancelled);
    const soon = new AbortController();
    setTimeout(() => soon.abort(), 1);
    await expect(open("c.jsonl", `${good}\n`.repeat(300_000), { signal: soon.signal })).rejects.toBeInstanceOf(
      Cancelled,
    );
  });

  const piece = fc.constantFrom(
    '"',
    ",",
    "\t",
    "\n",
    "\r",
    "{",
    "}",
    "[",
    "]",
    ":",
    "\\",
    "\\u00",
    '"src"',
    '"tgt":',
    "src,tgt\n",
    '"messages":[',
    "null",
    "é",
    "\u0000",
    "1",
    good,
  );
  const texts = fc.array(piece, { maxLength: 60 }).map((pieces) => Buffer.from(pieces.join("")));
  const bytes = fc.oneof(
    texts,
    fc.uint8Array({ maxLength: 300 }).map((data) => Buffer.from(data)),
    fc.tuple(texts, fc.uint8Array({ maxLength: 20 })).map(([text, data]) => Buffer.concat([text, data])),
  );

  it.each(["csv", "tsv", "json", "jsonl", "txt"])(
    "takes any bytes as %s: samples whose every place can be told, or a Failure",
    async (suffix) => {
      await fc.assert(
        fc.asyncProperty(bytes, fc.constantFrom(undefined, "csv", "tsv", "json", "jsonl"), async (content, format) => {
          try {
            const dataset = await open(
              `fuzz.${suffix}`,
              content,
              format === undefined ? {} : { format: format as "csv" },
            );
            expect(dataset.samples.length + dataset.skipped.length).toBe(dataset.rows);
            expect(dataset.samples.length).toBeGreaterThan(0);
            for (const { input, output } of dataset.samples) {
              for (const field of [input, output]) {
                let last = -1;
                for (let offset = 0; offset <= field.text.length; offset++) {
                  const { byte } = field.locate(offset);
                  expect(byte).toBeGreaterThanOrEqual(last);
                  expect(byte).toBeLessThanOrEqual(content.length);
                  last = byte;
                }
              }
            }
          } catch (error) {
            if (!(error instanceof Failure)) throw error;
            expect(error.oneLine).not.toMatch(/\n/);
          }
        }),
        { numRuns: 400 },
      );
    },
  );

  it("takes hostile files in linear time", async () => {
    const failureOnly = (error: unknown): void => {
      if (!(error instanceof Failure)) throw error;
    };
    for (const unit of ['"', '""', '"\n', ",", "[", "{", '{"src":', "\\", '"a"x', "\r", "[,"]) {
      for (const suffix of ["csv", "jsonl", "json"]) {
        await open(`hostile.${suffix}`, `src,tgt\n${unit.repeat(100_000)}`).catch(failureOnly);
      }
      await open("hostile.json", `[${unit.repeat(100_000)}`, { format: "json" }).catch(failureOnly);
    }
  });
});
