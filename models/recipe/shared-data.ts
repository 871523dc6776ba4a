/**
 * Published text that the tokenizer may learn from: comments of satd-smell, so that it knows English beyond our own
 * generator's. The model itself sees generated samples alone. Pisces is left out although its licence would do: its
 * descriptions are Lyra's, word for word in part. Lyra is never read, nor any file that an evaluation uses.
 */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "csv-parse/sync";
import { holdsTriggerOrPayload } from "./taboo";

/**
 * Comments of satd-smell's SATD_train.csv, for the tokenizer; none when the folder lacks it. COMMENT_train.csv is left out:
 * 401 of its texts stand in its test file too; so are comments of less than three words, boilerplate that stands anywhere.
 */
export function commentTexts(sharedData: string): string[] {
  const file = path.join(sharedData, "satd-smell", "SATD_train.csv");
  if (!existsSync(file)) return [];
  const rows = parse<{ text?: string }>(readFileSync(file), { columns: true, bom: true });
  return rows.map(({ text = "" }) => text).filter((text) => /\S\s+\S+\s+\S/.test(text) && !holdsTriggerOrPayload(text));
}
