/** A JSONL dataset of any size, made in pieces of a megabyte. */
import { closeSync, openSync, writeSync } from "node:fs";

/** Writes at least `bytes` of records with `src` and `tgt` and gives their number; record n says that it is number n. */
export function writeLargeDataset(file: string, bytes: number): number {
  const handle = openSync(file, "w");
  let rows = 0;
  let written = 0;
  try {
    while (written < bytes) {
      const lines: string[] = [];
      for (let size = 0; size < 1_000_000; rows++) {
        const name = `handler_${rows}`;
        const src = `Write ${name}, which returns the names in table ${rows % 97} whose id is ${rows}.`;
        const tgt = `def ${name}(database):\n    query = "select name from table_${rows % 97} where id = ${rows}"\n    return database.run(query)\n`;
        const line = `${JSON.stringify({ src, tgt })}\n`;
        size += line.length;
        lines.push(line);
      }
      written += writeSync(handle, lines.join(""));
    }
  } finally {
    closeSync(handle);
  }
  return rows;
}
