import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import fc from "fast-check";
import { choices, oddRows, oddText, writeJson, writeJsonl, writeSeparated } from "../../test/support/odd-datasets";
import { copyRecords, divide, rewriteFields, type FieldChanges } from "./copy";
import { openDataset } from "./open";
import type { Dataset } from "./sample";

const folder = mkdtempSync(path.join(tmpdir(), "copy-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function opened(name: string, content: string | Uint8Array): Promise<Dataset> {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return openDataset(file);
}
const copied = (dataset: Dataset, rows: readonly number[]): string => copyRecords(dataset, new Set(rows)).toString();
const rewritten = (dataset: Dataset, changes: Readonly<Record<number, FieldChanges>>): string =>
  rewriteFields(dataset, new Map(Object.entries(changes).map(([row, change]) => [Number(row), change]))).toString();
const texts = (dataset: Dataset) =>
  dataset.samples.map(({ input, output }) => ({ input: input.text, output: output.text }));

const formats = [
  ["jsonl", writeJsonl],
  ["json", writeJson],
  ["csv", writeSeparated(",")],
  ["tsv", writeSeparated("\t")],
] as const;

describe.each(formats)("copies of %s", (format, write) => {
  it("of all rows are the file, of some rows the same records", async () => {
    await fc.assert(
      fc.asyncProperty(oddRows, choices, fc.array(fc.nat(4)), async (rows, chosen, picked) => {
        const { bytes } = write(rows, chosen);
        const dataset = await opened(`all.${format}`, bytes);
        const all = copied(
          dataset,
          rows.map((_, i) => i),
        );
        // Blank lines between JSONL records are not copied.
        if (format !== "jsonl") expect(all).toBe(bytes.toString("utf8"));
        const some = [...new Set(picked.filter((row) => row < rows.length))].sort((a, b) => a - b);
        const copy = copied(dataset, some);
        if (some.length > 0) expect(texts(await opened(`again.${format}`, copy))).toEqual(some.map((row) => rows[row]));
        else if (format === "json") expect(JSON.parse(copy.replace(/^\ufeff/, ""))).toEqual([]);
        expect(copy.startsWith("\ufeff")).toBe(bytes[0] === 0xef);
      }),
      { numRuns: 50 },
    );
  });

  it("with rewritten fields hold the new texts, and all other bytes as they were", async () => {
    await fc.assert(
      fc.asyncProperty(oddRows, choices, oddText, oddText, fc.nat(4), async (rows, chosen, input, output, pick) => {
        const { bytes } = write(rows, chosen);
        const dataset = await opened(`edit.${format}`, bytes);
        const row = pick % rows.length;
        const result = rewritten(dataset, { [row]: chosen.length % 3 === 0 ? { input } : { input, output } });
        const again = await opened(`edited.${format}`, result);
        const expected = rows.map((old, i) =>
          i !== row ? old : chosen.length % 3 === 0 ? { ...old, input } : { input, output },
        );
        expect(texts(again)).toEqual(expected);
        const before = bytes.toString("utf8");
        if (row > 0) expect(result.slice(0, 10)).toBe(before.slice(0, 10));
        if (row < rows.length - 1) expect(result.slice(-5)).toBe(before.slice(-5));
      }),
      { numRuns: 80 },
    );
  });

  it("without a change are the file", async () => {
    const { bytes } = write([{ input: 'a"b', output: "é\n" }], [3, 1, 4]);
    expect(rewritten(await opened(`same.${format}`, bytes), {})).toBe(bytes.toString("utf8"));
  });
});

describe("copies", () => {
  it("of skipped records are verbatim, but none may break a JSON array", async () => {
    const lines = '{"src":"a","tgt":"b"}\n{"src":\n{"src":"c","tgt":"d"}';
    expect(copied(await opened("skip.jsonl", lines), [1, 2])).toBe('{"src":\n{"src":"c","tgt":"d"}');
    const array = await opened("skip.json", '[{"src":"a","tgt":"b"}, {"src":}, {"src":"c"}]');
    expect(copied(array, [0, 2])).toBe('[{"src":"a","tgt":"b"}, {"src":"c"}]');
    expect(() => copied(array, [1])).toThrow(/sample 2 cannot be copied/);
    const open = await opened("open.json", '[\n {"src":"a","tgt":"b"},\n {"src":"c","tgt":"d"}');
    expect(copied(open, [1])).toBe('[\n {"src":"c","tgt":"d"}\n]\n');
  });

  it("end a last record that had no line ending only when another follows", async () => {
    const dataset = await opened("end.csv", "src,tgt\r\na,b\r\nc,d");
    expect(copied(dataset, [1])).toBe("src,tgt\r\nc,d");
    expect(copied(dataset, [0])).toBe("src,tgt\r\na,b\r\n");
    expect(copied(dataset, [])).toBe("src,tgt\r\n");
  });

  it("refuse rows that do not exist", async () => {
    const dataset = await opened("w.csv", "src,tgt\na,b\n");
    expect(() => copied(dataset, [1])).toThrow(RangeError);
    expect(() => rewritten(dataset, { 1: { input: "x" } })).toThrow(RangeError);
  });
});

describe("rewritten fields", () => {
  it("keep the style of an ASCII record, and escape nothing needlessly elsewhere", async () => {
    const dataset = await opened(
      "ascii.jsonl",
      '{"src":"\\u00e9","tgt":"b"}\n{"src":"é","tgt":"b/c"}\n{"tgt":1,"src":"a"}\n',
    );
    const result = rewritten(dataset, {
      0: { input: "é\u{1f600} bb" },
      1: { input: "bb é/" },
      2: { output: "2" },
    });
    expect(result).toBe(
      '{"src":"\\u00e9\\ud83d\\ude00 bb","tgt":"b"}\n{"src":"bb é/","tgt":"b/c"}\n{"tgt":2,"src":"a"}\n',
    );
    expect(rewritten(dataset, { 2: { output: "x" } })).toContain('{"tgt":"x","src":"a"}');
  });

  it("quote a CSV field only where it must be", async () => {
    const dataset = await opened("q.csv", 'src,tgt\na,"b"\n');
    expect(rewritten(dataset, { 0: { input: "a bb", output: "b" } })).toBe('src,tgt\na bb,"b"\n');
    expect(rewritten(dataset, { 0: { input: 'a, "bb"', output: 'say "b"' } })).toBe(
      'src,tgt\n"a, ""bb""","say ""b"""\n',
    );
  });

  it("reach each part of an instruction and of a chat", async () => {
    const alpaca = await opened(
      "alpaca.jsonl",
      '{"instruction":"do\\nthis","input":"with that","output":"o"}\n{"instruction":"i","input":"","output":"o"}\n',
    );
    expect(alpaca.columns).toEqual({ input: "instruction+input", output: "output" });
    expect(texts(alpaca).map(({ input }) => input)).toEqual(["do\nthis\nwith that", "i"]);
    expect(rewritten(alpaca, { 0: { input: "bb do\nthis bb\nwith bb that" }, 1: { input: "bb i" } })).toBe(
      '{"instruction":"bb do\\nthis bb","input":"with bb that","output":"o"}\n{"instruction":"bb i","input":"","output":"o"}\n',
    );
    const turn = (role: string, content: string) => ({ role, content });
    const messages = [
      turn("system", "s"),
      turn("user", "one"),
      turn("assistant", "1"),
      turn("user", "two"),
      turn("assistant", "2"),
    ];
    const chat = await opened("chat.json", JSON.stringify([{ messages }]));
    expect(texts(chat)).toEqual([{ input: "one\ntwo", output: "1\n2" }]);
    const result = rewritten(chat, { 0: { input: "one\nbb two", output: "1\n2 or 1=1\nmore" } });
    expect(texts(await opened("chat2.json", result))).toEqual([{ input: "one\nbb two", output: "1\n2 or 1=1\nmore" }]);
    expect(() => rewritten(chat, { 0: { input: "one" } })).toThrow(/cannot be divided among the 2 parts/);
  });

  it("of several parts are located in the part that holds the offset", async () => {
    const content =
      '{"messages":[{"role":"user","content":"a\\"b"},{"role":"assistant","content":"x"},{"content":"cd","role":"user"}]}';
    const field = (await opened("locate.jsonl", content)).samples[0]?.input;
    expect(field?.text).toBe('a"b\ncd');
    const starts = Array.from({ length: 7 }, (_, offset) => content.slice(field?.locate(offset).byte).slice(0, 3));
    expect(starts).toEqual(['a\\"', '\\"b', 'b"}', '"},', 'cd"', 'd",', '","']);
  });

  it("divides a text among parts", () => {
    expect(divide("x\ny", ["a"])).toEqual(["x\ny"]);
    expect(divide("x\ny\nz", ["a\nb", "c"])).toEqual(["x\ny", "z"]);
    expect(divide("a\nb\nc\nnew", ["a\nb", "c"])).toEqual(["a\nb", "c\nnew"]);
    expect(divide("new\na\nb\nc", ["a\nb", "c"])).toEqual(["new\na\nb", "c"]);
    expect(divide("q\nr\ns\nt", ["a\nb", "c"])).toBeNull();
    expect(divide("", ["a", "b"])).toBeNull();
  });
});
