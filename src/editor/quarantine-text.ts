/** What a quarantine file becomes when records are added to it: appended in its own format, never rewritten. */
import { Failure } from "../foundation/failure";
import type { RemovedRecords } from "../job/removals";

export interface Insertion {
  /** UTF-16 offset in the file's text. */
  readonly offset: number;
  readonly text: string;
}

/** `existing` is the quarantine file's text, or null where there is none yet. Throws a `Failure` for a file that is no list. */
export function quarantineInsertion(existing: string | null, removed: RemovedRecords, file: string): Insertion {
  const { format, head, records } = removed;
  if (format === "json") return intoArray(existing ?? "", records, file);
  const lines = records.map((record) => `${record}\n`).join("");
  if (existing === null || existing === "") return { offset: 0, text: head + lines };
  const joint = /[\r\n]$/.test(existing) ? "" : "\n";
  return { offset: existing.length, text: joint + lines };
}

function intoArray(existing: string, records: readonly string[], file: string): Insertion {
  const body = records.join(",\n");
  if (existing.trim() === "") return { offset: 0, text: `[\n${body}\n]\n` };
  const end = existing.trimEnd().length - 1;
  const before = existing.slice(0, end).trimEnd();
  if (existing[end] !== "]" || before === "") {
    throw new Failure("it is no JSON array, so nothing can be added to it", { file, remedy: "Move it away" });
  }
  return { offset: before.length, text: before.endsWith("[") ? `\n${body}\n` : `,\n${body}` };
}
