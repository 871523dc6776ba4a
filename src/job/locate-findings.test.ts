import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, describe, expect, it } from "vitest";
import { openDataset } from "../dataset/open";
import type { FilePosition } from "../dataset/sample";
import { plantedPairs } from "../detect/generated-samples";
import { locatedIn, locateFindings } from "./locate-findings";
import { scan } from "./scan";

const folder = mkdtempSync(path.join(tmpdir(), "locate-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const context = { signal: new AbortController().signal, report: () => undefined };

/** Some inputs stand far to the right on their line, behind a long text of their own and one in another column. */
const { pairs } = plantedPairs(5, { count: 240, rate: 0.1 });
const far = (row: number): string => (row % 6 === 0 ? 'a "quoted"\n\u00e4\u{1f600} word '.repeat(600) : "");
const rows = pairs.map(([src, tgt], row) => ({
  id: `${row} ${"x".repeat(row % 6 === 1 ? 12_000 : 0)}`,
  src: far(row) + src,
  tgt,
}));
const csvField = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const contents = {
  "far.jsonl": rows.map((row) => `${JSON.stringify(row)}\n`).join(""),
  "far.csv": ["id,src,tgt", ...rows.map((row) => Object.values(row).map(csvField).join(","))].join("\r\n"),
  "far.json": JSON.stringify(rows, null, 1),
};

/** What an editor shows from a place on, on its line. */
const textAt = (lines: readonly string[], { line, column }: FilePosition, length: number): string =>
  lines[line - 1]!.slice(column - 1, column - 1 + length);

describe("the places of a scan's findings", () => {
  it.each(Object.keys(contents) as (keyof typeof contents)[])("are right in %s, far to the right too", async (name) => {
    const file = path.join(folder, name);
    writeFileSync(file, contents[name]);
    const report = await scan({ job: "scan", paths: [file] }, context);
    const located = await locateFindings(report);
    expect(located).toEqual(locatedIn((await openDataset(file)).samples, report.findings));
    const inserted = located.filter(({ rule }) => rule === "inserted-token");
    expect(inserted.length).toBeGreaterThanOrEqual(24);
    const lines = readFileSync(file, "utf8").split(/\r?\n/u);
    for (const { startPosition, endPosition } of inserted) {
      expect(textAt(lines, startPosition, 2)).toBe("bb");
      expect(endPosition.column - startPosition.column).toBe(2);
    }
    // VS Code does not colour a line beyond its column 10,000; findings there are findings all the same.
    if (name !== "far.csv") expect(inserted.some(({ startPosition }) => startPosition.column > 10_000)).toBe(true);
  });

  it("are rows in Parquet, over pages and row groups", async () => {
    const file = path.join(folder, "rows.parquet");
    const column = (name: "src" | "tgt") => ({ name, data: rows.map((row) => row[name]), type: "STRING" as const });
    const columnData = [column("src"), column("tgt")];
    writeFileSync(file, Buffer.from(parquetWriteBuffer({ columnData, rowGroupSize: 100, pageSize: 5000 })));
    const report = await scan({ job: "scan", paths: [file] }, context);
    const located = await locateFindings(report);
    expect(located).toEqual(locatedIn((await openDataset(file)).samples, report.findings));
    expect(located.length).toBeGreaterThanOrEqual(24);
    expect(located.every(({ row, startPosition }) => startPosition.line === row + 1)).toBe(true);
    await expect(locateFindings({ ...report, files: [{ ...report.files[0]!, sha256: "" }] })).rejects.toThrow(
      "the file changed while it was scanned",
    );
  });

  it("are found in a compressed file, and refused for one that changed", async () => {
    const packed = path.join(folder, "packed.jsonl.gz");
    writeFileSync(packed, gzipSync(contents["far.jsonl"]));
    const report = await scan({ job: "scan", paths: [packed] }, context);
    expect((await locateFindings(report)).length).toBe(report.findings.length);

    const file = path.join(folder, "changes.jsonl");
    writeFileSync(file, contents["far.jsonl"]);
    const before = await scan({ job: "scan", paths: [file] }, context);
    appendFileSync(file, '{"src":"a","tgt":"b"}\n');
    await expect(locateFindings(before)).rejects.toThrow("the file changed while it was scanned");
  });
});
