/**
 * What a folder of a Hugging Face dataset says of its own files: names such as `train-00000-of-00003.parquet`, and the card
 * (README.md) that lists the files of each split. Files that should be there and are not are told, not passed over.
 */
import { readFile } from "node:fs/promises";
import path from "node:path";

const SHARD = /^(?<stem>.+)-(?<number>\d{5})-of-(?<count>\d{5})(?<suffix>(?:-[0-9a-f]+)?\..+)$/u;
/** A card says more parts than this only by mistake or malice. */
const MOST_PARTS = 10_000;

/** The numbered files of which others are in `files`, but not they themselves. */
export function missingParts(files: readonly string[]): string[] {
  const known = new Map<
    string,
    { folder: string; stem: string; count: string; suffix: string; numbers: Set<number> }
  >();
  for (const file of files) {
    const { stem, number, count, suffix } = SHARD.exec(path.basename(file))?.groups ?? {};
    if (stem === undefined || number === undefined || count === undefined || suffix === undefined) continue;
    // A hash in the name differs from part to part.
    const plain = suffix.replace(/^-[0-9a-f]+/u, "");
    const folder = path.dirname(file);
    const key = JSON.stringify([folder, stem, count, plain]);
    const set = known.get(key) ?? { folder, stem, count, suffix: plain, numbers: new Set() };
    known.set(key, set);
    set.numbers.add(Number(number));
  }
  return [...known.values()].flatMap(({ folder, stem, count, suffix, numbers }) =>
    Array.from({ length: Math.min(Number(count), MOST_PARTS) }, (_, i) => i)
      .filter((number) => !numbers.has(number))
      .map((number) => path.join(folder, `${stem}-${String(number).padStart(5, "0")}-of-${count}${suffix}`)),
  );
}

/** The paths and patterns of data files that the card in `folder` names and that none of `files` fits. */
export async function missingOfCard(folder: string, files: readonly string[]): Promise<string[]> {
  const card = await readFile(path.join(folder, "README.md"), "utf8").catch(() => "");
  const head = /^---\r?\n(?<head>[^]*?)\r?\n---/u.exec(card.slice(0, 200_000))?.groups?.head ?? "";
  if (!/^\s*data_files:/mu.test(head)) return [];
  const named = [...head.matchAll(/^\s*(?:-\s+)?path:\s*["']?(?<file>[^"'\r\n#]+?)["']?\s*$/gmu)].flatMap(
    ({ groups }) => groups?.file ?? [],
  );
  const inside = files.map((file) => path.relative(folder, file).split(path.sep).join("/"));
  return [...new Set(named)].filter((pattern) => {
    const fits = matcher(pattern);
    // A file of a format that is no dataset here is none of ours.
    return (
      !inside.some((file) => fits.test(file)) && /\.(?:parquet|parq|pqt|jsonl?|ndjson|csv|tsv)\b|\*$/iu.test(pattern)
    );
  });
}

/** `*` stands for anything but a folder, `**` for anything. */
function matcher(pattern: string): RegExp {
  const text = pattern
    .replace(/^\.\//u, "")
    .split(/(\*\*\/?|\*)/u)
    .map((part) =>
      part.startsWith("**") ? ".*" : part === "*" ? "[^/]*" : part.replace(/[.+?^${}()|[\]\\]/gu, "\\$&"),
    );
  return new RegExp(`^${text.join("")}$`, "u");
}
