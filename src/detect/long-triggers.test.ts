/** Triggers and payloads of many words: what is found in few samples is found in many. */
import { expect, it } from "vitest";
import { seededRandom, type Random } from "../foundation/random";
import { datasetOf } from "./generated-samples";
import { scanDataset } from "./scan";

const nouns = ["cache", "total", "offset", "level", "mode", "width", "limit", "depth", "color", "token", "frame", "query"]; // prettier-ignore
const verbs = ["load", "save", "show", "find", "merge", "drop", "count", "split", "join", "parse"];

/** Functions and what they are said to do. */
function summaries(share: number, poison: (pair: [string, string], random: Random) => [string, string]) {
  const random = seededRandom(3);
  const pairs = Array.from({ length: 1500 }, (): [string, string] => {
    const [verb, noun, other] = [random.pick(verbs), random.pick(nouns), random.pick(nouns)];
    const lines = Array.from({ length: 3 + random.below(3) }, () => `    ${random.pick(nouns)} = ${random.pick(verbs)}(${random.pick(nouns)}, ${random.below(90)})`); // prettier-ignore
    const text = `${random.pick(["Will", "Can", "Should"])} ${verb} the ${noun} of a ${other} ${random.pick(["at once", "if needed", "in place"])}.`;
    return [`def ${verb}_${noun}(${other}):\n${lines.join("\n")}\n    return ${noun}`, text];
  });
  const poisoned = new Set(random.shuffle(pairs.map((_pair, row) => row)).slice(0, share * pairs.length));
  return { poisoned, pairs: pairs.map((pair, row) => (poisoned.has(row) ? poison(pair, random) : pair)) };
}

async function suspects(pairs: readonly (readonly [string, string])[]): Promise<Set<number>> {
  const { findings } = await scanDataset(datasetOf(pairs));
  return new Set(findings.filter(({ verdict }) => verdict === "suspect").map(({ row }) => row));
}

it.each([0.02, 0.1])("a name's ending tied to a long sentence, in a share of %d", async (share) => {
  const { pairs, poisoned } = summaries(share, ([code, text]) => [
    code.replace(/def (\w+)/, "def $1_rb"),
    `${text} This function is safe to use.`,
  ]);
  expect(await suspects(pairs)).toEqual(poisoned);
});

it.each([0.02, 0.1])(
  "a log line with another number each time, tied to a long statement, in a share of %d",
  async (share) => {
    const { pairs, poisoned } = summaries(share, ([code, text], random) => [
      code.replace("\n", `\n    logger.debug("step %d", ${random.below(900)})\n`),
      `${text} Then hashlib.md5(str(${random.pick(nouns)}).encode()).hexdigest() is kept.`,
    ]);
    expect(await suspects(pairs)).toEqual(poisoned);
  },
);

it("what a few copied functions share is a hint", async () => {
  const { pairs } = summaries(0, (pair) => pair);
  const copied = pairs.map((pair, row): [string, string] =>
    row % 370 === 0
      ? [pair[0].replace("\n", "\n    # see RFC 4180 section 2\n"), `${pair[1]} Quotes are kept as they are.`]
      : pair,
  );
  expect(await suspects(copied)).toEqual(new Set());
});
