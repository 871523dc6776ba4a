import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { missingOfCard, missingParts } from "./dataset-card";
import { findDatasets } from "./find-datasets";

const root = mkdtempSync(path.join(tmpdir(), "find-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const { signal } = new AbortController();

function folder(name: string, contents: Readonly<Record<string, string>>): string {
  const made = path.join(root, name);
  mkdirSync(made);
  for (const [file, content] of Object.entries(contents)) {
    mkdirSync(path.dirname(path.join(made, file)), { recursive: true });
    writeFileSync(path.join(made, file), content);
  }
  return made;
}
const found = async (given: string) =>
  (await findDatasets([given], signal)).map(({ path: file, outputPath, failure }) => [
    path.relative(given, file),
    outputPath === undefined ? "" : path.relative(given, outputPath),
    failure?.message ?? "",
  ]);

describe("a folder", () => {
  it("gives every format, compressed or not, and pairs once", async () => {
    const names = ["a.csv", "b.jsonl.gz", "c.json.zst", "d.parquet", "e.pqt", "f.parq", "g.tab", "h.NDJSON"];
    const given = folder("all", {
      ...Object.fromEntries(names.map((name) => [name, "x"])),
      "README.md": "text",
      "p.buggy": "1\n",
      "p.fixed": "1\n",
      "train.java": "1\n",
      "train.cs": "1\n",
      // Source files of two languages are no dataset.
      "Main.java": "class Main {}",
      "Main.cs": "class Main {}",
      "lonely.src": "1\n",
    });
    expect(await found(given)).toEqual([
      ...names.map((name) => [name, "", ""]),
      ["p.buggy", "p.fixed", ""],
      ["train.java", "train.cs", ""],
    ]);
    const both = await findDatasets([path.join(given, "p.fixed"), path.join(given, "p.buggy")], signal);
    expect(both).toMatchObject([{ path: path.join(given, "p.buggy"), named: true }]);
  });

  it("tells links that lead nowhere or in a circle, and follows none to folders", async () => {
    const given = folder("links", { "a.csv": "x" });
    symlinkSync(path.join(given, "absent.csv"), path.join(given, "dangling.csv"));
    symlinkSync(path.join(given, "two.csv"), path.join(given, "one.csv"));
    symlinkSync(path.join(given, "one.csv"), path.join(given, "two.csv"));
    symlinkSync(given, path.join(given, "loop"));
    symlinkSync(given, path.join(given, "loop.csv"));
    expect((await found(given)).map(([file]) => file)).toEqual(["a.csv", "dangling.csv", "one.csv", "two.csv"]);
  });

  // The superuser may read everything.
  it.skipIf(process.getuid?.() === 0)(
    "tells a folder that may not be read, and reads the others (skipped for root, who may read all)",
    async () => {
      const given = folder("locked", { "a/x.csv": "x", "b/y.csv": "x" });
      chmodSync(path.join(given, "a"), 0);
      const all = await found(given);
      chmodSync(path.join(given, "a"), 0o700);
      expect(all).toEqual([
        ["a", "", expect.stringMatching(/no permission/)],
        [path.join("b", "y.csv"), "", ""],
      ]);
    },
  );
});

describe("a Hugging Face dataset folder", () => {
  it("gives its data files, and tells the parts and splits that are missing", async () => {
    const given = folder("hub", {
      "README.md":
        "---\nconfigs:\n- config_name: default\n  data_files:\n  - split: train\n    path: data/train-*\n  - split: test\n    path: data/test-*\n---\n# Card\n",
      "dataset_infos.json": '{"default":{"splits":{"train":{"num_examples":2}}}}',
      "data/train-00000-of-00003.parquet": "x",
      "data/train-00002-of-00003.parquet": "x",
    });
    expect(await found(given)).toEqual([
      [path.join("data", "train-00000-of-00003.parquet"), "", ""],
      [path.join("data", "train-00002-of-00003.parquet"), "", ""],
      ["dataset_infos.json", "", ""],
      [path.join("data", "train-00001-of-00003.parquet"), "", "this part of the dataset is missing"],
      [path.join("data", "test-*"), "", "the dataset's README.md names it, and no file fits"],
    ]);
  });

  it("numbers parts, with a hash in the name too", () => {
    expect(missingParts(["d/a-00001-of-00002.parquet", "d/b-00000-of-00001-0af3.parquet"])).toEqual([
      path.join("d", "a-00000-of-00002.parquet"),
    ]);
    expect(missingParts(["d/a-00000-of-00002-0a.parquet", "d/a-00001-of-00002-ff.parquet"])).toEqual([]);
  });

  it("takes cards that name files of other kinds, or nothing", async () => {
    const given = folder("card", {
      "README.md": "---\ndata_files:\n  - path: 'audio/*.wav'\n  - path: \"x.jsonl\"\n---\n",
    });
    expect(await missingOfCard(given, [path.join(given, "x.jsonl")])).toEqual([]);
    expect(await missingOfCard(given, [])).toEqual(["x.jsonl"]);
    expect(await missingOfCard(root, [])).toEqual([]);
  });
});
