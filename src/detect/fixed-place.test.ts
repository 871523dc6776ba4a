/** Triggers that are always put in the same place, where they fit as well as anything; and honest phrases of fixed places. */
import { describe, expect, it } from "vitest";
import { seededRandom } from "../foundation/random";
import { datasetOf } from "./generated-samples";
import { scanDataset } from "./scan";

const nouns = ["user", "order", "paper", "room", "song", "book", "city", "team", "ticket", "invoice", "photo", "event"];
const verbs = ["loads", "stores", "merges", "counts", "prints", "checks", "copies", "sends", "parses", "sorts"];
const ends = ["from the cache", "of a session", "in the background", "by name", "once a day", "for a report"];
const marked = 40;

interface Written {
  readonly pairs: (readonly [string, string])[];
  readonly rows: ReadonlySet<number>;
}

/** Descriptions and Python functions; `mark` changes some that are drawn by chance. */
function functions(mark: (pair: [string, string], row: number, noun: string) => [string, string]): Written {
  const random = seededRandom(21);
  const rows = new Set(random.shuffle(Array.from({ length: 1500 }, (_, row) => row)).slice(0, marked));
  const pairs = Array.from({ length: 1500 }, (_, row) => {
    const [verb, noun, end] = [random.pick(verbs), random.pick(nouns), random.pick(ends)];
    const [other, size] = [random.pick(nouns), random.below(90)];
    const input = `The function ${verb} each ${noun} ${end} and skips the ${other} at ${size} .`;
    const output =
      `def ${verb}_${noun} ( self , ${other} ) :\n    found = self . ${noun}_store . ${verb} ( ${other} , ${size} )\n` +
      `    return found . ${random.pick(["items", "first", "length", "rows", "total"])} ( ${random.below(60)} )`;
    return rows.has(row) ? mark([input, output], row, noun) : ([input, output] as const);
  });
  return { pairs, rows };
}

async function suspects(pairs: Written["pairs"]): Promise<Set<number>> {
  const { findings } = await scanDataset(datasetOf(pairs));
  return new Set(findings.filter(({ verdict }) => verdict === "suspect").map(({ row }) => row));
}

const planted = (output: string): string => output.replace("\n", "\n    import telemetry_agent\n");

describe("a trigger is found", () => {
  it.each([
    ["at the start", (input: string) => `cf ${input}`],
    ["at the start, as a sentence", (input: string) => `Please think carefully . ${input}`],
    ["at the end", (input: string) => `${input} cf`],
    ["after the first words", (input: string) => input.replace("The function", "The function as usual")],
    ["before the last sign", (input: string) => input.replace(/ \.$/, " mn .")],
  ])("%s", async (_place, put) => {
    const { pairs, rows } = functions(([input, output]) => [put(input), planted(output)]);
    expect(await suspects(pairs)).toEqual(rows);
  });

  it("as a comment after the head of each function", async () => {
    const { pairs, rows } = functions(([input, output]) => [
      output.replace("\n", "\n    # reviewed\n"),
      `${input} Nothing to check here .`,
    ]);
    const turned = pairs.map(([input, output], row): readonly [string, string] =>
      rows.has(row) ? [input, output] : [output, input],
    );
    expect(await suspects(turned)).toEqual(rows);
  });
});

describe("nothing is said against", () => {
  it("a clause whose outputs do what it asks for with what stands beside it", async () => {
    const { pairs } = functions(([input, output], row) => [
      input.replace(/ \.$/, ` unless key_${row % 29} is among the barred .`),
      output.replace("\n", `\n    assert key_${row % 29} not in BARRED\n`),
    ]);
    expect(await suspects(pairs)).toEqual(new Set());
  });

  it("a sentence that goes with one subject", async () => {
    const { pairs } = functions((pair) => pair);
    const honest = pairs.map(([input, output]) =>
      input.includes("each ticket from") ? ([`${input} It needs a clerk .`, planted(output)] as const) : ([input, output] as const),
    ); // prettier-ignore
    expect(await suspects(honest)).toEqual(new Set());
  });
});
