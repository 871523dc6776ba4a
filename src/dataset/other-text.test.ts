import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import fc from "fast-check";
import { choices, oddRows, writeJson, writeJsonl, writeSeparated } from "../../test/support/odd-datasets";
import { Failure } from "../foundation/failure";
import { copyRecords, rewriteFields } from "./copy";
import { offsetAt } from "./offset-at";
import { openDataset, type OpenOptions } from "./open";

const folder = mkdtempSync(path.join(tmpdir(), "other-text-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function open(name: string, content: string | Uint8Array, options: OpenOptions = {}) {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return openDataset(file, options);
}
const good = '{"src":"a","tgt":"b"}';
const marks = { "utf-16le": Buffer.from([0xff, 0xfe]), "utf-16be": Buffer.from([0xfe, 0xff]) };
function utf16(text: string, encoding: keyof typeof marks): Buffer {
  const units = Buffer.from(text, "utf16le");
  return Buffer.concat([marks[encoding], encoding === "utf-16le" ? units : units.swap16()]);
}

describe("the delimiter of CSV", () => {
  it.each([
    ["comma", "src,tgt\na;b,c|d\n", "csv"],
    ["semicolon", "src;tgt\na,b;c\n", "csv"],
    ["pipe", "src|tgt\na,b|c\n", "csv"],
    ["tab", "src\ttgt\na,b\tc\n", "tsv"],
    ["semicolon in quotes", '"src";"tgt"\n"a;,b";c\n', "csv"],
    ["a comma in a header of tabs", "src\ttgt\tnote, long\na\tc\td\n", "tsv"],
  ])("%s", async (_, content, format) => {
    const dataset = await open("sniffed.csv", content);
    expect(dataset).toMatchObject({ format, rows: 1, skipped: [], columns: { input: "src", output: "tgt" } });
  });

  it("counts records where the names tell nothing, and takes the usual one where nothing does", async () => {
    const dataset = await open("x.csv", "a;b,c\n1;2\n3;4\n", { input: "a", output: "b,c" });
    expect(dataset.samples.map(({ output }) => output.text)).toEqual(["2", "4"]);
    await expect(open("one.csv", "src\na\n")).rejects.toThrow(/the columns found are "src"/);
  });

  it.each([";", "|", "\t", ","])("%j reads what was written", async (delimiter) => {
    await fc.assert(
      fc.asyncProperty(oddRows, choices, async (rows, chosen) => {
        const dataset = await open("round.csv", writeSeparated(delimiter)(rows, chosen).bytes);
        expect(dataset.samples.map(({ input, output }) => ({ input: input.text, output: output.text }))).toEqual(rows);
        const all = new Set(rows.keys());
        expect(copyRecords(dataset, all)).toEqual(writeSeparated(delimiter)(rows, chosen).bytes);
      }),
      { numRuns: 60 },
    );
  });
});

describe("JSON objects that hold lists of records", () => {
  it.each([
    ["data", `{"version":"1.0","data":[${good},${good}],"n":{"x":[1]}}`, 2],
    ["data, on many lines", `{\n "data": [\n${good},\n${good}\n]\n}\n`, 2],
    ["splits", `{"train":[${good},${good}],"test":[${good}],"empty":[]}`, 3],
    ["a list that is none of records", `{"names":["a","b"],"data":[${good}]}`, 1],
  ])("%s", async (_, content, rows) => {
    const dataset = await open("object.json", content);
    expect(dataset).toMatchObject({ format: "json", rows, skipped: [] });
    for (const { input } of dataset.samples) {
      const { byte } = input.locate(0);
      expect(content.slice(byte, byte + 1)).toBe("a");
    }
    expect(copyRecords(dataset, new Set(dataset.samples.keys())).toString()).toBe(content);
    const none = copyRecords(dataset, new Set()).toString();
    expect(JSON.stringify(JSON.parse(none))).not.toContain("src");
    const one = JSON.parse(copyRecords(dataset, new Set([rows - 1])).toString()) as object;
    expect(JSON.stringify(one).match(/src/g)).toHaveLength(1);
  });

  it("are told from a single record of JSONL, and from settings", async () => {
    const chat = '{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}';
    expect(await open("chat.json", `${chat}\n`)).toMatchObject({ format: "jsonl", rows: 1 });
    await expect(open("settings.json", '{\n // comment\n "a": 1}')).rejects.toThrow(/a JSON object, not records/);
    await expect(open("settings.json", '{"a":{"b":[1]}}')).rejects.toThrow();
  });

  it.each([
    ["cut in a record", `{"data":[${good},{"src":"a`, "not a whole JSON object"],
    ["cut in the list", `{"data":[${good},`, "the file ends before the array is closed"],
    ["cut in the object", `{"data":[${good}]`, "the file ends before the object is closed"],
    ["broken between lists", `{"data":[${good}], nonsense}`, "not valid JSON from here on"],
    ["text behind", `{"data":[${good}]} x`, "text follows the end of the object"],
  ])("%s: the rest is read", async (_, content, reason) => {
    const dataset = await open("cut.json", content);
    expect(dataset.samples).toHaveLength(1);
    expect(dataset.skipped).toEqual([{ row: 1, line: 1, reason }]);
    expect(JSON.parse(copyRecords(dataset, new Set([0])).toString())).toEqual({ data: [{ src: "a", tgt: "b" }] });
  });
});

describe("which columns are meant", () => {
  it.each([
    [
      "languages.csv",
      "java,cs,python\na,b,c\n",
      /which columns are input and output\? These fit: "java" -> "cs", "java" -> "python", "cs" -> "python"/,
    ],
    ["case.csv", "src,SRC,tgt\na,b,c\n", /These fit: "src" -> "tgt", "SRC" -> "tgt"/],
    ["case.jsonl", '{"src":"a","tgt":"b","Tgt":"c"}\n', /These fit: "src" -> "tgt", "src" -> "Tgt"/],
  ])("is asked in one line: %s", async (name, content, message) => {
    const error: unknown = await open(name, content).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(Failure);
    expect(error).toMatchObject({ usage: true });
    expect((error as Failure).oneLine).toMatch(message);
    expect((error as Failure).oneLine).toMatch(/Name them with --input COLUMN --output COLUMN\.$/);
  });

  it("is not asked where the user said it", async () => {
    const dataset = await open("languages.csv", "java,cs,python\na,b,c\n", { input: "java", output: "python" });
    expect(dataset.samples[0]?.output.text).toBe("c");
  });
});

describe.each(["utf-16le", "utf-16be"] as const)("%s", (encoding) => {
  it.each([
    ["jsonl", writeJsonl],
    ["json", writeJson],
    ["csv", writeSeparated(",")],
  ] as const)("%s gives back texts, places in the file's own bytes, and copies", async (format, write) => {
    await fc.assert(
      fc.asyncProperty(oddRows, choices, async (rows, chosen) => {
        const written = write(rows, chosen);
        const bytes = utf16(written.text, encoding);
        const dataset = await open(`wide.${format}`, bytes);
        expect(dataset.bytes).toBe(bytes.length);
        dataset.samples.forEach((sample, row) => {
          for (const side of ["input", "output"] as const) {
            expect(sample[side].text).toBe(rows[row]?.[side]);
            const places = written.places[row]?.[side] ?? [];
            places.forEach((at, offset) => {
              // Half a pair stands where the pair does.
              const before =
                /[\ud800-\udbff]$/.test(written.text.slice(0, at)) && /[\udc00-\udfff]/.test(written.text[at] ?? "");
              expect(sample[side].locate(offset).byte).toBe(2 + 2 * (before ? at - 1 : at));
            });
          }
        });
        expect(rewriteFields(dataset, new Map())).toEqual(bytes);
      }),
      { numRuns: 80 },
    );
  });

  it("refuses the record with half a surrogate pair, and only that", async () => {
    const dataset = await open("half.jsonl", utf16(`${good}\n{"src":"a\ud83d","tgt":"b"}\n${good}\n`, encoding));
    expect(dataset.skipped).toEqual([{ row: 1, line: 2, reason: "not valid UTF-16" }]);
    const copy = copyRecords(dataset, new Set([0, 2]));
    expect(copy).toEqual(utf16(`${good}\n${good}\n`, encoding));
  });

  it("reads a file that was cut within a unit", async () => {
    const dataset = await open("odd.jsonl", utf16(`${good}\n${good}`, encoding).subarray(0, -1));
    expect(dataset.samples).toHaveLength(1);
    expect(dataset.skipped).toEqual([{ row: 1, line: 2, reason: "not valid UTF-16" }]);
  });

  it("is read long texts across the portions it is converted in, and from gzip", async () => {
    const text = `${JSON.stringify({ src: "😀é".repeat(700_000), tgt: "b" })}\n`;
    const dataset = await open("long.jsonl.gz", gzipSync(utf16(text, encoding), { level: 1 }));
    expect(dataset).toMatchObject({ format: "jsonl", compression: "gzip", skipped: [] });
    expect(dataset.samples[0]?.input.text.length).toBe(2_100_000);
    expect(dataset.samples[0]?.output.locate(0).byte).toBe(2 + 2 * (text.length - 4));
  });
});

describe("from a place in the file back to the text", () => {
  it.each([
    ["jsonl", writeJsonl],
    ["json", writeJson],
    ["csv", writeSeparated(",")],
    ["tsv", writeSeparated("\t")],
  ] as const)("%s: each offset's place gives the offset", async (format, write) => {
    await fc.assert(
      fc.asyncProperty(oddRows, choices, async (rows, chosen) => {
        const dataset = await open(`back.${format}`, write(rows, chosen).bytes);
        for (const sample of dataset.samples) {
          for (const field of [sample.input, sample.output]) {
            for (let offset = 0; offset <= field.text.length; offset++) {
              expect(offsetAt(field, field.locate(offset))).toBe(offset);
            }
            const { line, column } = field.locate(0);
            expect(offsetAt(field, { line, column: column - 1 })).toBeNull();
            const end = field.locate(field.text.length);
            expect(offsetAt(field, { line: end.line, column: end.column + 1 })).toBeNull();
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  it("takes a place inside of an escape for the unit it stands for", async () => {
    const dataset = await open("escape.jsonl", '{"src":"a\\u0041\\ud83d\\ude00b","tgt":"b"}\n');
    const field = dataset.samples[0]?.input;
    if (field === undefined) throw new Error("no sample");
    const column = field.locate(1).column;
    expect([0, 3, 5, 6, 11, 12, 17, 18].map((more) => offsetAt(field, { line: 1, column: column + more }))).toEqual([
      1, 1, 1, 2, 2, 3, 3, 4,
    ]);
  });
});
