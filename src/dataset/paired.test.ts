import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import fc from "fast-check";
import { Failure } from "../foundation/failure";
import { copyFiles, rewriteFiles } from "./copies";
import { openDataset, type OpenOptions } from "./open";
import { UnreadableDataset } from "./unreadable";

const root = mkdtempSync(path.join(tmpdir(), "paired-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let count = 0;

/** Files in a folder of their own. */
function files(contents: Readonly<Record<string, string | Uint8Array>>): (name: string) => string {
  const folder = path.join(root, String(count++));
  mkdirSync(folder);
  for (const [name, content] of Object.entries(contents)) writeFileSync(path.join(folder, name), content);
  return (name) => path.join(folder, name);
}
const textsOf = async (file: string, options: OpenOptions = {}) =>
  (await openDataset(file, options)).samples.map(({ input, output }) => [input.text, output.text]);

describe("paired text", () => {
  it.each([
    ["test.buggy", "test.fixed"],
    ["train.src", "train.tgt"],
    ["valid.source", "valid.target"],
    ["train.java-cs.txt.java", "train.java-cs.txt.cs"],
    ["x.nl", "x.code"],
  ])("%s and %s are one dataset, named by either", async (input, output) => {
    const at = files({ [input]: "a b\nc\n", [output]: "A\nC\n" });
    for (const name of [input, output]) {
      const dataset = await openDataset(at(name));
      expect(dataset).toMatchObject({
        path: at(input),
        outputPath: at(output),
        format: "paired",
        rows: 2,
        skipped: [],
      });
      expect(dataset.samples.map((sample) => [sample.input.text, sample.output.text])).toEqual([
        ["a b", "A"],
        ["c", "C"],
      ]);
      expect([dataset.samples[1]?.input.file, dataset.samples[1]?.output.file]).toEqual([at(input), at(output)]);
    }
  });

  it("blank lines count, CR LF ends lines, places are those of each file", async () => {
    const at = files({ "a.src": "\ufeffé😀x\r\n\r\nlast", "a.tgt": "1\n2\n3\n" });
    const dataset = await openDataset(at("a.src"));
    expect(dataset.samples.map(({ input, output }) => [input.text, output.text])).toEqual([
      ["é😀x", "1"],
      ["", "2"],
      ["last", "3"],
    ]);
    expect(dataset.samples[0]?.input.locate(3)).toEqual({ byte: 9, line: 1, column: 4 });
    expect(dataset.samples[2]?.input.locate(1)).toEqual({ byte: 15, line: 3, column: 2 });
    expect(dataset.samples[2]?.output.locate(0)).toEqual({ byte: 4, line: 3, column: 1 });
  });

  it("copies and rewrites both files, byte by byte, each compressed where the name says so", async () => {
    const at = files({ "a.src.gz": gzipSync("a\r\nb\nc"), "a.tgt": "1\n2\n3\n" });
    const dataset = await openDataset(at("a.tgt"));
    const copy = await copyFiles(dataset, new Set([0, 2]), "out.src");
    expect(copy.map(({ file, content }) => [file, (content as Buffer).toString()])).toEqual([
      ["out.src", "a\r\nc"],
      ["out.tgt", "1\n3\n"],
    ]);
    const named = await copyFiles(dataset, new Set([1]), "flagged.gz");
    expect(named.map(({ file, content }) => [file, gunzipSync(content as Buffer).toString()])).toEqual([
      ["flagged.src.gz", "b\n"],
      ["flagged.tgt.gz", "2\n"],
    ]);
    const rewritten = await rewriteFiles(dataset, new Map([[1, { output: "two" }]]), "out.tgt");
    expect(rewritten.map(({ content }) => (content as Buffer).toString())).toEqual(["a\r\nb\nc", "1\ntwo\n3\n"]);
    await expect(rewriteFiles(dataset, new Map([[0, { input: "a\nb" }]]), "out.tgt")).rejects.toThrow(/a line break/);
  });

  it("gives back any lines", async () => {
    const line = fc.string({ unit: fc.constantFrom("a", "é", "😀", '"', "\t", "\u2028", "\\") });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(line, line), { minLength: 1, maxLength: 6 }), async (rows) => {
        const at = files({
          "p.buggy": rows.map(([a]) => `${a}\n`).join(""),
          "p.fixed": rows.map(([, b]) => `${b}\r\n`).join(""),
        });
        expect(await textsOf(at("p.buggy"))).toEqual(rows);
      }),
      { numRuns: 60 },
    );
  });
});

describe("pairs that do not fit", () => {
  it("of different lengths: every line without a partner is told", async () => {
    const at = files({ "a.buggy": "1\n2\n3\n", "a.fixed": "x\n" });
    const dataset = await openDataset(at("a.buggy"));
    expect(dataset.samples).toHaveLength(1);
    expect(dataset.skipped).toEqual([
      { row: 1, line: 2, reason: "a.fixed has only 1 of the 3 lines that a.buggy has" },
      { row: 2, line: 3, reason: "a.fixed has only 1 of the 3 lines that a.buggy has" },
    ]);
  });

  it("with bytes that are no text, in one line only", async () => {
    const at = files({ "a.buggy": "1\n2\n", "a.fixed": Buffer.from([0xe9, 10, 0x61, 10]) });
    const dataset = await openDataset(at("a.buggy"));
    expect(dataset.skipped).toEqual([{ row: 0, line: 1, reason: "a.fixed: not valid UTF-8" }]);
    expect(dataset.samples).toHaveLength(1);
  });

  it("without the other file, or with an empty one, in one line", async () => {
    const at = files({ "a.src": "1\n", "b.src": "1\n", "b.tgt": "" });
    const error: unknown = await openDataset(at("a.src")).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(UnreadableDataset);
    expect((error as Failure).oneLine).toMatch(/a\.src: the other file of the pair is missing/);
    await expect(openDataset(at("b.src"))).rejects.toThrow(/empty/);
  });

  it("with more than one other side: a question that --output answers", async () => {
    const at = files({ "test.java": "a\n", "test.cs": "b\n", "test.python": "c\n" });
    const error: unknown = await openDataset(at("test.java")).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ usage: true });
    expect((error as Failure).oneLine).toMatch(/java -> cs, java -> python/);
    expect(await textsOf(at("test.java"), { output: "python" })).toEqual([["a", "c"]]);
    expect(await textsOf(at("test.cs"), { input: "cs", output: "java" })).toEqual([["b", "a"]]);
    const pair = files({ "p.src": "a\n", "p.tgt": "b\n" });
    await expect(openDataset(pair("p.src"), { input: "prompt" })).rejects.toMatchObject({ usage: true });
  });
});
