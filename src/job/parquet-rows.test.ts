import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, describe, expect, it } from "vitest";
import { RowService } from "./row-service";
import { openDataset } from "../dataset/open";
import { openIndex } from "../dataset/record-index";

const folder = mkdtempSync(path.join(tmpdir(), "parquet-index-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const inputs = Array.from({ length: 250 }, (_none, row) => `ask ${row} \u{1f600}`);
const outputs = inputs.map((_text, row) => `answer ${row}\n${"x".repeat(row)}`);

function written(name: string): string {
  const file = path.join(folder, name);
  const columnData = [
    { name: "prompt", data: inputs, type: "STRING" as const },
    { name: "completion", data: outputs, type: "STRING" as const },
  ];
  writeFileSync(file, Buffer.from(parquetWriteBuffer({ columnData, rowGroupSize: 100 })));
  return file;
}

describe("a Parquet file by its rows", () => {
  it("gives any rows as the whole file does, over the borders of row groups", async () => {
    const file = written("rows.parquet");
    const { samples } = await openDataset(file);
    const index = await openIndex(file);
    expect([index.rows, index.complete, index.format]).toEqual([250, true, "parquet"]);
    for (const [first, count] of [
      [0, 100],
      [95, 10],
      [95, 10],
      [0, 250],
      [199, 2],
      [249, 5],
      [250, 3],
      [-1, 2],
    ] as const) {
      // prettier-ignore
      const read = await index.read(first, count);
      const expected = first < 0 ? [] : samples.slice(first, first + count);
      expect(read.map(({ row, line, sample }) => [row, line, sample?.input.text, sample?.output.text])).toEqual(
        expected.map(({ row, line, input, output }) => [row, line, input.text, output.text]),
      );
    }
    await index.close();
    await expect(index.read(0, 1)).rejects.toThrow("cancelled");
  });

  it("tells the rows of a damaged group, and gives the others", async () => {
    const file = written("damaged.parquet");
    const bytes = readFileSync(file);
    bytes.fill(0xff, 10, 40);
    writeFileSync(file, bytes);
    const index = await openIndex(file);
    const rows = await index.read(98, 4);
    expect(rows.map(({ row, problem }) => [row, problem === null])).toEqual([
      [98, false],
      [99, false],
      [100, true],
      [101, true],
    ]);
    await index.close();
  });

  it("is refused once it changes, and where its footer is missing", async () => {
    const file = written("changes.parquet");
    const index = await openIndex(file);
    appendFileSync(file, "x");
    await expect(index.read(0, 1)).rejects.toThrow("the file changed");
    await index.close();
    await expect(openIndex(file)).rejects.toThrow("its end is missing");
  });

  it("is read page by page by the Audit View", async () => {
    const service = new RowService(new AbortController().signal);
    const opened = await service.open({ file: written("view.parquet") });
    expect(opened).toMatchObject({
      format: "parquet",
      columns: { input: "prompt", output: "completion" },
      rows: 250,
      complete: true,
      done: 1,
      problem: null,
    });
    const [row, next] = await service.read({ id: opened.id, first: 99, count: 2, most: 0, anchors: [] });
    expect(row).toMatchObject({ row: 99, line: 100, fields: { input: { text: inputs[99], start: 0 } }, problem: null });
    expect(next?.fields?.output.text).toBe(outputs[100]);
    await service.close(opened.id);
  });
});
