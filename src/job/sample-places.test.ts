import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openDataset } from "../dataset/open";
import { lineOfRow, sampleAt } from "./sample-places";

const folder = mkdtempSync(path.join(tmpdir(), "places-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const rows = Array.from({ length: 200 }, (_none, row) => ({
  src: `ask "${row}"\nfor \u{1f600} it`,
  tgt: `\u00e4 = ${row}`,
}));
const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const contents: Readonly<Record<string, string>> = {
  "a.jsonl": rows.map((row) => `${JSON.stringify(row)}\n\n`).join(""),
  "a.csv": ["src,tgt", ...rows.map(({ src, tgt }) => `${quoted(src)},${quoted(tgt)}`)].join("\n"),
  "a.json": JSON.stringify({ data: rows }, null, 2),
};

describe("the sample at a place", () => {
  it.each(Object.keys(contents))("is found with its field and offset in %s", async (name) => {
    const file = path.join(folder, name);
    writeFileSync(file, contents[name]!);
    const { samples } = await openDataset(file);
    for (const row of [0, 1, 63, 64, 150, 199]) {
      const sample = samples[row]!;
      for (const field of ["input", "output"] as const) {
        const offset = sample[field].text.length - 2;
        expect(await sampleAt(file, sample[field].locate(offset))).toEqual({ row, at: { field, offset } });
      }
      expect(await lineOfRow(file, row)).toBe(sample.line);
    }
    expect(await lineOfRow(file, 200)).toBeNull();
  });

  it("is the one before where nothing stands, and none above the first", async () => {
    const file = path.join(folder, "gaps.jsonl");
    writeFileSync(file, '\n{"src":"a","tgt":"b"}\n{broken\n\n{"src":"c","tgt":"d"}\n');
    expect(await sampleAt(file, { line: 1, column: 1 })).toBeNull();
    expect(await sampleAt(file, { line: 2, column: 1 })).toEqual({ row: 0, at: null });
    expect(await sampleAt(file, { line: 3, column: 4 })).toEqual({ row: 0, at: null });
    expect(await sampleAt(file, { line: 5, column: 9 })).toEqual({ row: 2, at: { field: "input", offset: 0 } });
    expect(await sampleAt(file, { line: 9, column: 1 })).toEqual({ row: 2, at: null });
    expect(await lineOfRow(file, 1)).toBeNull();
  });
});
