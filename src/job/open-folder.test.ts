import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { JobEvent } from "./context";
import { openData } from "./open-data";
import { splitOf } from "./open-folder";

const root = mkdtempSync(path.join(tmpdir(), "folder-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function folder(name: string, files: Readonly<Record<string, string>>): string {
  for (const [file, content] of Object.entries(files)) {
    const whole = path.join(root, name, file);
    mkdirSync(path.dirname(whole), { recursive: true });
    writeFileSync(whole, content);
  }
  return path.join(root, name);
}
const line = (text: string): string => `${JSON.stringify({ src: text, tgt: text.toUpperCase() })}\n`;
const events: JobEvent[] = [];
const context = { signal: new AbortController().signal, report: (event: JobEvent) => void events.push(event) };

describe("a folder of a dataset", () => {
  const hub = folder("hub", {
    "README.md": "A dataset.\n",
    "data/train-00000-of-00002.jsonl": line("a") + "{broken\n" + line("b"),
    "data/train-00001-of-00002.jsonl": line("c"),
    "data/validation-00000-of-00001.jsonl": line("d"),
  });

  it("is the files of a split, one after the other, with rows numbered on", async () => {
    const { samples, skipped, rows, path: own, columns } = await openData(hub, {}, context, "train");
    expect(samples.map(({ row, input }) => [row, input.text])).toEqual([
      [0, "a"],
      [2, "b"],
      [3, "c"],
    ]);
    expect([skipped.map(({ row }) => row), rows, own, columns]).toEqual([[1], 4, hub, { input: "src", output: "tgt" }]);
    expect(events.at(-1)).toMatchObject({ type: "log", message: expect.stringContaining("skipped 1 of 4") as string });
    expect(samples[2]!.input.locate(0)).toMatchObject({ line: 1 });
    expect((await openData(hub, {}, context, "validation")).samples).toHaveLength(1);
  });

  it("is asked for where it has no such split, misses a part, or has two kinds of columns", async () => {
    await expect(openData(hub, {}, context, "test")).rejects.toThrow(
      "the folder has files for train and validation, none for test",
    );
    const partly = folder("partly", { "train-00000-of-00002.jsonl": line("a") });
    await expect(openData(partly, {}, context, "train")).rejects.toThrow("this part of the dataset is missing");
    const mixed = folder("mixed", { "a.jsonl": line("a"), "b.jsonl": '{"prompt": "a", "completion": "b"}\n' });
    await expect(openData(mixed, {}, context, "train")).rejects.toThrow("its columns are prompt and completion");
    await expect(openData(folder("none", { "notes.txt": "a" }), {}, context, "train")).rejects.toThrow(
      "holds no dataset",
    );
  });

  it("is all of its files where no name tells a split", async () => {
    const plain = folder("plain", { "a.jsonl": line("a"), "b.csv": "src,tgt\nb,B\n" });
    expect((await openData(plain, {}, context, "test")).samples.map(({ input }) => input.text)).toEqual(["a", "b"]);
  });

  it("stays refused where a job needs one file", async () => {
    await expect(openData(hub, {}, context)).rejects.toThrow();
  });

  it.each([
    ["data/train-00000-of-00003.parquet", "train"],
    ["valid.csv", "validation"],
    ["java/dev_set.jsonl", "validation"],
    ["test/part.jsonl", "test"],
    ["train/test.jsonl", "test"],
    ["contest.jsonl", null],
    ["trainer/data.csv", null],
  ])("tells the split of %s", (file, split) => {
    expect(splitOf(file)).toBe(split);
  });
});
