import { appendFileSync, chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setImmediate } from "node:timers/promises";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, describe, expect, it } from "vitest";
import { openDataset } from "./open";
import { UnreadableDataset } from "./unreadable";

const folder = mkdtempSync(path.join(tmpdir(), "bad-lines-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function open(name: string, content: string | Uint8Array) {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return openDataset(file);
}
const good = '{"src":"a","tgt":"b"}';
const textsIn = async (name: string, content: string | Uint8Array) =>
  (await open(name, content)).samples.map(({ row, input, output }) => [row, input.text, output.text]);

describe("a line that users' files have", () => {
  it("cut off at the end of the file is told, all before it are read", async () => {
    const jsonl = await open("cut.jsonl", `${good}\n${good}\n{"src":"a","tg`);
    expect(jsonl.skipped).toEqual([{ row: 2, line: 3, reason: "not a whole JSON object" }]);
    expect(jsonl.samples).toHaveLength(2);
    const csv = await open("cut.csv", "src,tgt\na,b\nc,d\ne");
    expect(csv.skipped).toEqual([{ row: 2, line: 4, reason: "1 field where the header has 2" }]);
    expect(csv.samples).toHaveLength(2);
  });

  it.each(["jsonl", "csv"])("of 3 MB is read whole, with its place and its neighbours: %s", async (format) => {
    const long = "word ".repeat(600_000);
    const lines =
      format === "csv" ? ["src,tgt", "a,b", `${long},x`, "c,d"] : [good, JSON.stringify({ src: long, tgt: "x" }), good];
    const { samples, skipped } = await open(`long.${format}`, `${lines.join("\n")}\n`);
    expect(skipped).toEqual([]);
    expect(samples.map(({ input }) => input.text.length)).toEqual([1, 3_000_000, 1]);
    const { line, column } = samples[1]!.input.locate(2_999_999);
    expect(line).toBe(format === "csv" ? 3 : 2);
    expect(lines[line - 1]![column - 1]).toBe(" ");
  });

  it("of Latin-1 in CSV is told, and the text of no other is touched", async () => {
    const content = Buffer.from("src,tgt\na,b\ncaf\u00e9,x\nc,d\n", "latin1");
    const { samples, skipped } = await open("latin.csv", content);
    expect(skipped).toEqual([{ row: 1, line: 3, reason: "not valid UTF-8" }]);
    expect(samples.map(({ input }) => input.text)).toEqual(["a", "c"]);
  });

  it("with NUL: as it stands in CSV, escaped in JSON, refused raw in JSON", async () => {
    expect(await textsIn("nul.csv", "src,tgt\na\u0000z,b\nc,d\n")).toEqual([
      [0, "a\u0000z", "b"],
      [1, "c", "d"],
    ]);
    const jsonl = await open("nul.jsonl", `{"src":"a\\u0000z","tgt":"b"}\n{"src":"a\u0000z","tgt":"b"}\n${good}\n`);
    expect(jsonl.samples.map(({ input }) => input.text)).toEqual(["a\u0000z", "a"]);
    expect(jsonl.skipped).toEqual([{ row: 1, line: 2, reason: "not valid JSON" }]);
  });

  it("nested 5,000 deep beside the fields costs nothing, and in a field is no text", async () => {
    const deep = `${"[".repeat(5000)}${"]".repeat(5000)}`;
    const objects = `${'{"a":'.repeat(5000)}1${"}".repeat(5000)}`;
    const lines = [
      good,
      `{"src":"a","tgt":"b","x":${deep}}`,
      `{"y":${objects},"src":"c","tgt":"d"}`,
      `{"src":${deep},"tgt":"b"}`,
    ];
    const { samples, skipped } = await open("deep.jsonl", `${lines.join("\n")}\n`);
    expect(samples.map(({ row, input }) => [row, input.text])).toEqual([
      [0, "a"],
      [1, "a"],
      [2, "c"],
    ]);
    expect(skipped).toEqual([{ row: 3, line: 4, reason: '"src" is an array, not text' }]);
    expect((await open("deep.json", `[${lines.join(",")}]`)).samples).toHaveLength(3);
  });

  it("ends as it likes: LF, CR LF, and in CSV CR alone, in one file", async () => {
    expect(await textsIn("mixed.jsonl", `${good}\n${good}\r\n\r\n${good}`)).toEqual(
      [0, 1, 2].map((row) => [row, "a", "b"]),
    );
    const csv = await open("mixed.csv", "src,tgt\r\na,b\nc,d\re,f\r\n");
    expect(csv.samples.map(({ line, input }) => [line, input.text])).toEqual([
      [2, "a"],
      [3, "c"],
      [4, "e"],
    ]);
  });

  it("with numbers past 2^53 keeps every digit, and NaN is no JSON", async () => {
    const lines = ["9007199254740993", "-123456789012345678901234567890", "NaN", "Infinity", "1e400"];
    const { samples, skipped } = await open(
      "numbers.jsonl",
      lines.map((label) => `{"src":"a","tgt":${label}}\n`).join(""),
    );
    expect(samples.map(({ output }) => output.text)).toEqual(lines.slice(0, 2));
    expect(skipped.map(({ line, reason }) => [line, reason])).toEqual([
      [3, "not valid JSON"],
      [4, "not valid JSON"],
      [5, '"tgt" is a number that is no integer'],
    ]);
  });

  it("of CSV has keys of the prototype as plain columns", async () => {
    expect(await textsIn("proto.csv", "__proto__,src,tgt,constructor\nx,a,b,y\n")).toEqual([[0, "a", "b"]]);
  });
});

describe("a file of nothing but line ends, and a link that leads to itself", () => {
  it.each(["newlines.csv", "newlines.tsv", "newlines.jsonl", "newlines.json"])("%s", async (name) => {
    for (const content of ["\n\n\n", "\r\n\r\n", "\n"]) {
      const error: unknown = await open(name, content).catch((thrown: unknown) => thrown);
      expect(error, JSON.stringify(content)).toBeInstanceOf(UnreadableDataset);
      expect((error as UnreadableDataset).oneLine).toMatch(/holds no records/u);
    }
  });

  it("are told in one line", async () => {
    symlinkSync(path.join(folder, "round.jsonl"), path.join(folder, "round.jsonl"));
    await expect(openDataset(path.join(folder, "round.jsonl"))).rejects.toThrow(/symbolic links form a loop/u);
    symlinkSync(path.join(folder, "gone.jsonl"), path.join(folder, "dangling.jsonl"));
    await expect(openDataset(path.join(folder, "dangling.jsonl"))).rejects.toThrow(/no such file/u);
  });
});

// The superuser may read everything.
it.skipIf(process.getuid?.() === 0)(
  "a file that may not be read is told in one line (skipped for root, who may)",
  async () => {
    const file = path.join(folder, "locked.jsonl");
    writeFileSync(file, good);
    chmodSync(file, 0);
    await expect(openDataset(file)).rejects.toThrow(/no permission to read it/u);
  },
);

it.each(["jsonl", "json"])("a file that grows while it is read whole is refused: %s", async (format) => {
  const file = path.join(folder, `growing.${format}`);
  const line = format === "json" ? `,${good}` : `\n${good}`;
  writeFileSync(file, `${format === "json" ? "[" : ""}${good}${line.repeat(1_000_000)}`);
  let isRead = false;
  const reading = openDataset(file).finally(() => {
    isRead = true;
  });
  reading.catch(() => undefined);
  while (!isRead) {
    appendFileSync(file, line);
    await setImmediate();
  }
  await expect(reading).rejects.toThrow(/the file changed while it was read/u);
});

it("Parquet keeps integers past 2^53, and refuses NaN as a label", async () => {
  const columnData = [
    { name: "code", data: ["a", "b"], type: "STRING" as const },
    { name: "label", data: [9007199254740993n, -9223372036854775808n], type: "INT64" as const },
    { name: "score", data: [Number.NaN, 1], type: "DOUBLE" as const },
  ];
  const file = path.join(folder, "numbers.parquet");
  writeFileSync(file, Buffer.from(parquetWriteBuffer({ columnData })));
  const labels = await openDataset(file);
  expect(labels.samples.map(({ output }) => output.text)).toEqual(["9007199254740993", "-9223372036854775808"]);
  await expect(openDataset(file, { input: "code", output: "score" })).rejects.toThrow(/no integer/u);
});
