import { readFile, writeFile } from "node:fs/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import { openDataset } from "../dataset/open";
import { temporaryFolder } from "../../test/support/temporary-folder";
import { removalsFrom, type Removal, type TextPlace } from "./removals";

const inFolder = temporaryFolder();

/** Deletes the stretches as an editor does, the last one first. */
function apply(text: string, removals: readonly Removal[]): string {
  const lineStarts = [0, ...[...text.matchAll(/\r\n|\n|\r/g)].map((match) => match.index + match[0].length)];
  const offset = ({ line, column }: TextPlace): number => (lineStarts[line - 1] ?? text.length) + column - 1;
  return [...removals]
    .sort((a, b) => offset(b.start) - offset(a.start))
    .reduce((left, { start, end }) => left.slice(0, offset(start)) + left.slice(offset(end)), text);
}

const samplesIn = async (file: string): Promise<string[]> =>
  (await openDataset(file)).samples.map(({ input, output }) => `${input.text}\0${output.text}`);

const text = fc.string({ unit: fc.constantFrom("a", "é", "😀", '"', ",", "\n", "\\", " ", "\t"), maxLength: 8 });
const record = fc.record({ src: text, tgt: text });
const quote = (value: string): string => `"${value.replaceAll('"', '""')}"`;

const writers: Readonly<Record<string, (records: readonly { src: string; tgt: string }[], last: boolean) => string>> = {
  jsonl: (records, last) => records.map((one) => JSON.stringify(one)).join("\n") + (last ? "\n" : ""),
  csv: (records, last) =>
    ["src,tgt", ...records.map(({ src, tgt }) => `${quote(src)},${quote(tgt)}`)].join("\r\n") + (last ? "\r\n" : ""),
  json: (records, last) => JSON.stringify(records, null, last ? 2 : undefined),
};

test.each(Object.keys(writers))("takes any samples out of %s and leaves the others as they are", async (format) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(record, fc.boolean()), { minLength: 2, maxLength: 8 }),
      fc.boolean(),
      async (records, last) => {
        const rows = records.flatMap(([, removed], row) => (removed ? [row] : []));
        fc.pre(rows.length < records.length);
        const file = inFolder(`data.${format}`);
        await writeFile(
          file,
          writers[format]!(
            records.map(([one]) => one),
            last,
          ),
        );
        const before = await samplesIn(file);
        const { removals, records: removed } = await removalsFrom(file, rows);
        expect(removed).toHaveLength(rows.length);
        await writeFile(file, apply(await readFile(file, "utf8"), removals));
        expect(await samplesIn(file)).toEqual(before.filter((_, row) => !rows.includes(row)));
      },
    ),
    { numRuns: 60 },
  );
});

test("says so when a row is gone", async () => {
  const file = inFolder("data.jsonl");
  await writeFile(file, '{"src":"a","tgt":"b"}\n');
  await expect(removalsFrom(file, [3])).rejects.toThrow("no sample 4");
});
