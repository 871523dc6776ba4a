/** The scan of `npm run bench:unseen`: a file of records by the job that the command line runs, and what it found, briefly. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseSpec } from "../src/job/parse-spec";
import { scan } from "../src/job/scan";
import type { UnseenRecord } from "./unseen-records";

const scratch = mkdtempSync(path.join(os.tmpdir(), "dece-unseen-"));
export const clearScratch = (): void => {
  rmSync(scratch, { recursive: true, force: true });
};

/** The items by what `keyOf` says of them, in their order. */
export function grouped<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

export interface Scanned {
  readonly flagged: ReadonlySet<number>;
  readonly hinted: ReadonlySet<number>;
  readonly named: string;
  readonly seconds: number;
  readonly alarms: (poisoned: ReadonlySet<number>) => UnseenRecord["alarms"];
}

export async function scanned(lines: readonly string[]): Promise<Scanned> {
  const file = path.join(scratch, "scanned.jsonl");
  writeFileSync(file, `${lines.join("\n")}\n`);
  const began = process.cpuUsage();
  const report = await scan(parseSpec("scan", { paths: [file] }), {
    signal: new AbortController().signal,
    report: () => undefined,
  });
  const { user, system } = process.cpuUsage(began);
  const suspects = report.findings.filter(({ verdict }) => verdict === "suspect");
  const named = report.triggers
    .filter(({ id }) => suspects.some(({ trigger }) => trigger === id))
    .sort((a, b) => b.rows.length - a.rows.length)
    .map(({ rule, text, payload, rows }) => `${rule} \`${text.slice(0, 60)}\` → \`${(payload ?? "?").slice(0, 60)}\` (${rows.length})`); // prettier-ignore
  const byRule = grouped(suspects, ({ rule }) => rule);
  const counts = (rules: ReadonlyMap<string, readonly { readonly row: number }[]>): string[] =>
    [...rules].map(([rule, found]) => `${rule} (${new Set(found.map(({ row }) => row)).size})`);
  const hints = counts(grouped(report.findings, ({ rule }) => rule)).map((hint) => `only hints: ${hint}`);
  return {
    flagged: new Set(suspects.map(({ row }) => row)),
    hinted: new Set(report.findings.map(({ row }) => row)),
    named: [...named.slice(0, 3), ...(named.length > 0 ? [] : suspects.length > 0 ? counts(byRule) : hints)].join(", "),
    seconds: (user + system) / 1e6,
    alarms: (poisoned) =>
      [...byRule].flatMap(([rule, found]) => {
        const wrong = found.filter(({ row }) => !poisoned.has(row));
        const examples = wrong.slice(0, 3).map(({ row, field, message }) => `row ${row} ${field}: ${message.slice(0, 160)}`); // prettier-ignore
        return wrong.length === 0 ? [] : [{ rule, rows: new Set(wrong.map(({ row }) => row)).size, examples }];
      }),
  };
}
