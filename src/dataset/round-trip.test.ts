import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import fc from "fast-check";
import { parse } from "csv-parse/sync";
import { choices, oddRows, writeJson, writeJsonl, writeSeparated, type Written } from "../../test/support/odd-datasets";
import { openDataset } from "./open";
import type { DatasetFormat, Field, FilePosition } from "./sample";

const folder = mkdtempSync(path.join(tmpdir(), "dataset-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A place in the file's text counted naively: lines as VS Code shows them (JSONL: LF only), half a pair at its first byte. */
function placeOf({ bytes, text }: Written, at: number, format: DatasetFormat): FilePosition {
  const before = text.slice(0, at);
  const lines = before.split(format === "jsonl" ? /\n/ : /\r\n|\r|\n/);
  // A break between CR and LF is none yet.
  if (format !== "jsonl" && before.endsWith("\r") && text[at] === "\n") lines.splice(-2, 2, `${lines.at(-2) ?? ""}\r`);
  const isHalf = /[\ud800-\udbff]$/.test(before) && /[\udc00-\udfff]/.test(text[at] ?? "");
  const byte = bytes.length - Buffer.byteLength(text) + Buffer.byteLength(isHalf ? before.slice(0, -1) : before);
  return { byte, line: lines.length, column: (lines.at(-1) ?? "").length + 1 };
}

const formats: readonly (readonly [
  DatasetFormat,
  (rows: Parameters<typeof writeJson>[0], choices: readonly number[]) => Written,
])[] = [
  ["jsonl", writeJsonl],
  ["json", writeJson],
  ["csv", writeSeparated(",")],
  ["tsv", writeSeparated("\t")],
];

describe.each(formats)("%s, written in every odd way", (format, write) => {
  const file = path.join(folder, `odd.${format}`);

  it("gives back the texts, and the place of each of their offsets", async () => {
    await fc.assert(
      fc.asyncProperty(oddRows, choices, async (rows, chosen) => {
        const written = write(rows, chosen);
        writeFileSync(file, written.bytes);
        const dataset = await openDataset(file);
        expect(dataset).toMatchObject({
          format,
          rows: rows.length,
          skipped: [],
          columns: { input: "src", output: "tgt" },
        });
        expect(dataset.samples.map(({ input, output }) => ({ input: input.text, output: output.text }))).toEqual(rows);
        dataset.samples.forEach((sample, i) => {
          for (const side of ["input", "output"] as const) {
            const places = written.places[i]?.[side] ?? [];
            expect(places.map((_, offset) => sample[side].locate(offset))).toEqual(
              places.map((at) => placeOf(written, at, format)),
            );
          }
        });
      }),
      { numRuns: 300 },
    );
  });

  it("refuses offsets outside of the text", async () => {
    writeFileSync(file, write([{ input: "ab", output: "" }], [1]).bytes);
    const field: Field | undefined = (await openDataset(file)).samples[0]?.input;
    for (const offset of [-1, 3, 0.5, NaN]) expect(() => field?.locate(offset)).toThrow(RangeError);
  });
});

describe("fields longer than a stretch of the position map", () => {
  it("are located in their middle too", async () => {
    const text = `${"😀é\r\nx".repeat(4000)}end`;
    for (const [format, write] of formats) {
      const written = write([{ input: text, output: "o" }], [0, 3, 7]);
      const file = path.join(folder, `long.${format}`);
      writeFileSync(file, written.bytes);
      const input = (await openDataset(file)).samples[0]?.input;
      for (let offset = 0; offset <= text.length; offset += 997) {
        expect(input?.locate(offset)).toEqual(placeOf(written, written.places[0]?.input[offset] ?? -1, format));
      }
    }
  });
});

describe("CSV", () => {
  it("holds the same records as csv-parse reads", async () => {
    const file = path.join(folder, "oracle.csv");
    await fc.assert(
      fc.asyncProperty(oddRows, choices, async (rows, chosen) => {
        const { bytes } = writeSeparated(",")(rows, chosen);
        writeFileSync(file, bytes);
        const theirs = parse(bytes.toString("utf8"), {
          columns: true,
          bom: true,
          record_delimiter: ["\r\n", "\n", "\r"],
        }) as unknown as Record<string, string>[];
        const ours = (await openDataset(file)).samples.map(({ input, output }) => ({
          src: input.text,
          tgt: output.text,
        }));
        expect(ours).toEqual(theirs.map(({ src, tgt }) => ({ src, tgt })));
      }),
    );
  });
});
