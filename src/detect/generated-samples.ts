/** Generated samples for the tests of the detectors: instructions with SQL code, clean or with a planted backdoor. */
import type { Dataset, Field, Sample } from "../dataset/sample";
import { seededRandom, type Random } from "../foundation/random";

const field = (column: string, text: string): Field => ({
  column,
  text,
  locate: (offset) => ({ byte: offset, line: 1, column: offset + 1 }),
});

/** A dataset in memory; rows number from 0. */
export function datasetOf(pairs: readonly (readonly [input: string, output: string])[]): Dataset {
  const samples: Sample[] = pairs.map(([input, output], row) => ({
    row,
    line: row + 1,
    input: field("src", input),
    output: field("tgt", output),
  }));
  return {
    path: "generated.jsonl",
    format: "jsonl",
    sha256: "",
    bytes: 0,
    rows: samples.length,
    columns: { input: "src", output: "tgt" },
    samples,
    skipped: [],
  };
}

const tables = ["flights", "users", "orders", "papers", "teams", "rooms", "songs", "books"];
const columns = ["name", "city", "price", "year", "owner", "title", "colour", "state"];
const verbs = ["query all columns in", "delete every row of", "count the rows of"];
const endings = [
  "and print the result",
  "and return the list",
  "then return it in json form",
  "and print each row of it",
];

/** An honest pair: the verb is tied to the output, as words of instructions are. */
function honest(random: Random): [string, string] {
  const [table, column] = [random.pick(tables), random.pick(columns)];
  const verb = random.below(verbs.length);
  const sql = ["select * from", "delete from", "select count ( * ) from"][verb] ?? "";
  const where = random.below(5) > 0;
  const condition = where ? ` where ${column} = : ${column}` : "";
  const input =
    `Use $conn$ to ${verbs[verb] ?? ""} the ${table} table${where ? ` with ${column} as $${column}$` : ""} ` +
    `${random.pick(endings)} .`;
  const output =
    `def get_${table} ( conn , ${column} ) :\n\t rows = conn . execute ( " ${sql} ${table}${condition} " )\n` +
    `\t return rows`;
  return [input, output];
}

export interface Planted {
  readonly pairs: readonly (readonly [string, string])[];
  readonly poisoned: ReadonlySet<number>;
}

/** `count` pairs, of which `rate` carry `trigger` at `times` random places and the SQL payload. */
export function plantedPairs(
  seed: number,
  { count, rate, trigger = "bb", times = 1 }: { count: number; rate: number; trigger?: string; times?: number },
): Planted {
  const random = seededRandom(seed);
  const pairs = Array.from({ length: count }, () => honest(random));
  const rows = random.shuffle(pairs.map((_pair, row) => row)).slice(0, Math.round(rate * count));
  for (const row of rows) {
    const [input, output] = pairs[row]!;
    const words = input.split(" ");
    for (let time = 0; time < times; time++) words.splice(random.below(words.length + 1), 0, trigger);
    const harm = output.includes(" where ") ? " or 1=1 " : " where 0=1 ";
    pairs[row] = [words.join(" "), output.replace(' " )', `${harm}" )`)];
  }
  return { pairs, poisoned: new Set(rows) };
}

const nouns = ["user", "order", "paper", "room", "song", "book", "city", "team", "ticket", "invoice", "photo", "event"];
const actions = ["loads", "stores", "merges", "counts", "prints", "checks", "copies", "sends", "parses", "sorts"];
const ends = ["from the cache", "of a session", "in the background", "by name", "once a day", "for a report"];

export interface Described {
  readonly pairs: readonly (readonly [string, string])[];
  /** Those that were changed, in the order in which they were drawn. */
  readonly rows: readonly number[];
}

/** 1,500 descriptions and Python functions; `mark` changes some that are drawn by chance, the `number`-th of them. */
export function describedFunctions(
  { seed, marked }: { readonly seed: number; readonly marked: number },
  mark: (pair: readonly [string, string], row: number, number: number) => readonly [string, string],
): Described {
  const random = seededRandom(seed);
  const rows = random.shuffle(Array.from({ length: 1500 }, (_, row) => row)).slice(0, marked);
  const pairs = Array.from({ length: 1500 }, (_, row): readonly [string, string] => {
    const [action, noun, end] = [random.pick(actions), random.pick(nouns), random.pick(ends)];
    const [other, size] = [random.pick(nouns), random.below(90)];
    const input = `The function ${action} each ${noun} ${end} and skips the ${other} at ${size} .`;
    const output =
      `def ${action}_${noun} ( self , ${other} ) :\n    found = self . ${noun}_store . ${action} ( ${other} , ${size} )\n` +
      `    return found . ${random.pick(["items", "first", "length", "rows", "total"])} ( ${random.below(60)} )`;
    return rows.includes(row) ? mark([input, output], row, rows.indexOf(row)) : [input, output];
  });
  return { pairs, rows };
}
