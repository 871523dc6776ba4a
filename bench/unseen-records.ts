/** What `npm run bench:unseen` measured, one line of JSON each in a file that grows, and the tables that are made of it. */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { z } from "zod";

const recordShape = z.object({
  part: z.enum(["a", "b"]),
  task: z.string(),
  language: z.string(),
  /** Empty for the clean control. */
  trigger: z.string(),
  payload: z.string(),
  /** Share of all rows; null for the clean control. */
  share: z.number().nullable(),
  seed: z.number(),
  rows: z.number(),
  poisoned: z.number(),
  /** Flagged and poisoned. */
  hits: z.number(),
  /** Flagged and not poisoned. */
  wrong: z.number(),
  /** Poisoned, not flagged, and with a finding that is no more than a hint. */
  hinted: z.number(),
  /** Not poisoned, not flagged, and with such a hint. */
  hintedWrong: z.number().default(0),
  /** Of processor time. */
  seconds: z.number(),
  /** Triggers with their payloads, or the rules, by sample count. */
  named: z.string(),
  /** Rules that flagged rows that are not poisoned, with three of the findings each. */
  alarms: z.array(z.object({ rule: z.string(), rows: z.number(), examples: z.array(z.string()) })),
  /** Why it could not be made, or null. */
  problem: z.string().nullable(),
});
export type UnseenRecord = z.infer<typeof recordShape>;

type Key = Pick<UnseenRecord, "part" | "task" | "language" | "trigger" | "payload" | "share" | "seed" | "rows">;

/** What tells one measurement from another. */
export const unseenKey = (one: Key): string =>
  JSON.stringify([one.part, one.task, one.language, one.trigger, one.payload, one.share, one.seed, one.rows]);

function parsed(line: string): UnseenRecord | null {
  try {
    const { success, data } = recordShape.safeParse(JSON.parse(line));
    return success ? data : null;
  } catch {
    // An interrupted run may leave half a line at the end.
    return null;
  }
}

export class UnseenRecords {
  readonly #records = new Map<string, UnseenRecord>();

  /** `file` holds what was measured before, if it is there, and gets what is added; undefined for none. */
  constructor(private readonly file: string | undefined) {
    if (file === undefined || !existsSync(file)) return;
    for (const line of readFileSync(file, "utf8").split("\n")) {
      const record = parsed(line);
      if (record !== null) this.#records.set(unseenKey(record), record);
    }
  }

  has(key: Key): boolean {
    return this.#records.has(unseenKey(key));
  }

  add(record: UnseenRecord): void {
    this.#records.set(unseenKey(record), record);
    if (this.file !== undefined) appendFileSync(this.file, `${JSON.stringify(record)}\n`);
  }

  all(): UnseenRecord[] {
    return [...this.#records.values()];
  }
}

const cell = (text: string): string => text.replace(/[\r\n]+/g, "\u23CE").replace(/\|/g, "\\|") || "-";
const percent = (value: number): string => (100 * value).toFixed(1);

/** Markdown: one line for each poisoned set. */
export function poisonedTable(records: readonly UnseenRecord[]): string {
  const lines = records
    .filter(({ share }) => share !== null)
    .map((one) => {
      const counts =
        one.problem === null
          ? [
              percent(one.hits / one.poisoned),
              percent(one.hinted / one.poisoned),
              String(one.wrong),
              String(one.hintedWrong),
            ]
          : ["-", "-", "-", "-"];
      const head = [one.task, one.language, one.trigger, cell(one.payload), percent(one.share ?? 0), `${one.poisoned} / ${one.rows}`]; // prettier-ignore
      return `| ${[...head, ...counts, cell(one.problem ?? one.named)].join(" | ")} |`;
    });
  return [
    "| task | language | trigger | payload | % poisoned | poisoned / rows | recall % | only hinted % | false positives | only hinted, not poisoned | named |",
    "|---|---|---|---|---|---|---|---|---|---|---|",
    ...lines,
  ].join("\n");
}

/** Markdown: one line for each clean set and rule that flagged rows of it. */
export function cleanTable(records: readonly UnseenRecord[]): string {
  const lines = records
    .filter(({ share }) => share === null)
    .flatMap(({ task, language, rows, wrong, hintedWrong, alarms, seconds }) => {
      const head = [task, language, String(rows), String(wrong), String(hintedWrong), seconds.toFixed(1)];
      if (alarms.length === 0) return [`| ${[...head, "-", "-", "-"].join(" | ")} |`];
      return alarms.map((alarm) => `| ${[...head, alarm.rule, String(alarm.rows), alarm.examples.map(cell).join("<br>")].join(" | ")} |`); // prettier-ignore
    });
  return [
    "| task | language | rows | rows flagged | only hinted | processor s | rule | its rows | examples |",
    "|---|---|---|---|---|---|---|---|---|",
    ...lines,
  ].join("\n");
}
