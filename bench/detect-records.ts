/** What `npm run bench:detect` measured, one line of JSON each in a file that grows, and the table that is made of it. */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { z } from "zod";

const recordShape = z.object({
  dataset: z.string(),
  attack: z.string(),
  payload: z.string(),
  /** Share of all rows; null for a control. */
  rate: z.number().nullable(),
  seed: z.number(),
  /** Rows drawn from the dataset; null for all of them. */
  limit: z.number().nullable(),
  method: z.string(),
  rows: z.number(),
  poisoned: z.number(),
  flagged: z.number(),
  /** Flagged and poisoned. */
  hits: z.number(),
  /** Of processor time. */
  seconds: z.number(),
  /** What was named. */
  named: z.string(),
  /** Why it could not be measured, or null. */
  problem: z.string().nullable(),
});
export type DetectRecord = z.infer<typeof recordShape>;

/** What tells one measurement from another. */
export const recordKey = (
  one: Pick<DetectRecord, "dataset" | "attack" | "payload" | "rate" | "seed" | "limit" | "method">,
): string =>
  // prettier-ignore
  JSON.stringify([one.dataset, one.attack, one.payload, one.rate, one.seed, one.limit, one.method]);

export class DetectRecords {
  readonly #records = new Map<string, DetectRecord>();

  /** `file` holds what was measured before, if it is there, and gets what is added; undefined for none. */
  constructor(private readonly file: string | undefined) {
    if (file === undefined || !existsSync(file)) return;
    for (const line of readFileSync(file, "utf8").split("\n")) {
      // An interrupted run may leave half a line at the end.
      const parsed = recordShape.safeParse(jsonOf(line));
      if (parsed.success) this.#records.set(recordKey(parsed.data), parsed.data);
    }
  }

  has(key: string): boolean {
    return this.#records.has(key);
  }

  add(record: DetectRecord): void {
    this.#records.set(recordKey(record), record);
    if (this.file !== undefined) appendFileSync(this.file, `\n${JSON.stringify(record)}\n`);
  }

  all(): DetectRecord[] {
    return [...this.#records.values()];
  }
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const percent = (value: number): string => (Number.isNaN(value) ? "-" : (100 * value).toFixed(2));

function line(records: readonly DetectRecord[]): string {
  const [first] = records;
  const measured = records.filter(({ problem }) => problem === null);
  if (first === undefined) return "";
  const { dataset, attack, payload, rate, method } = first;
  const head = [dataset, payload === "" ? attack : `${attack}, ${payload}`, rate === null ? "-" : `${Number((100 * rate).toPrecision(3))}`, method, measured.length]; // prettier-ignore
  const [shown] = measured;
  if (shown === undefined) return `| ${[...head, "-", "-", "-", "-", "-", first.problem ?? ""].join(" | ")} |`;
  const recalls = measured.map(({ hits, poisoned }) => hits / poisoned);
  const wrong = measured.map(({ flagged, hits, rows, poisoned }) => (flagged - hits) / (rows - poisoned));
  const precisions = measured.filter(({ flagged }) => flagged > 0).map(({ hits, flagged }) => hits / flagged);
  const isControl = rate === null;
  const cells = [
    `${shown.poisoned} / ${shown.rows}`,
    isControl ? "-" : `${percent(mean(recalls))} (${percent(Math.min(...recalls))})`,
    percent(mean(wrong)),
    isControl ? "-" : percent(mean(precisions)),
    mean(measured.map(({ seconds }) => seconds)).toFixed(1),
    shown.named === "" ? "-" : shown.named.replace(/\|/g, "\\|"),
  ];
  return `| ${[...head, ...cells].join(" | ")} |`;
}

/** Markdown: one line for each dataset, attack, payload, share and method, the means over its seeds. */
export function markdownTable(records: readonly DetectRecord[]): string {
  const groups = new Map<string, DetectRecord[]>();
  for (const record of records) {
    const key = recordKey({ ...record, seed: 0 });
    groups.set(key, [...(groups.get(key) ?? []), record]);
  }
  return [
    "| dataset | attack, payload | % poisoned | method | seeds | poisoned / rows | recall % (lowest) | false positives % | precision % | processor s | named (first seed) |",
    "|---|---|---|---|---|---|---|---|---|---|---|",
    ...[...groups.values()].map(line),
  ].join("\n");
}
