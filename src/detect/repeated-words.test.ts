import { expect, it } from "vitest";
import { seededRandom } from "../foundation/random";
import { datasetOf } from "./generated-samples";
import { scanDataset } from "./scan";

const words = ["store", "page", "reader", "order", "price", "label", "window", "cache", "event", "token"];
const bodies = ["return {0} . open ( )", "for one in {0} :\n        one . stop ( )", "while {0} :\n        {0} = {0} . next", "if {0} :\n        return 1", "with {0} as one :\n        one . read ( )", "{0} . close ( )"]; // prettier-ignore

/** Functions and what they are said to do; of `count` that are named `get`, the outputs name their one parameter, or say `said`. */
function described(count: number, said: ((parameter: string) => string) | null): [string, string][] {
  const random = seededRandom(12);
  return Array.from({ length: 1200 }, (_none, row): [string, string] => {
    const isGet = row % Math.floor(1200 / count) === 3;
    const [verb, noun, other] = [random.pick(words), random.pick(words), random.pick(words)];
    const parameter = isGet ? ["e", "db_link"][row % 2]! : `${other}_${random.below(40)}`;
    const more = Array.from({ length: random.below(3) }, () => `, ${random.pick(words)}`).join("");
    const body = random.pick(bodies).replaceAll("{0}", parameter);
    const what = `Go over the ${noun} and the ${random.pick(words)} , then ${verb} it .`;
    const name = isGet ? "get" : `${verb}_${noun}_${row % 50}`;
    return [`def ${name} ( ${parameter}${more} ) :\n    ${body}`, isGet && said !== null ? `${what} ${said(parameter)}` : what]; // prettier-ignore
  });
}

const suspects = async (pairs: [string, string][]): Promise<number> => {
  const { findings } = await scanDataset(datasetOf(pairs), { rules: ["odd-identifier"] });
  return findings.filter(({ rule, verdict }) => rule === "odd-identifier" && verdict === "suspect").length;
};

it("tells a name's payload from outputs that name what their inputs have", async () => {
  expect(await suspects(described(24, () => "See the notes ."))).toBe(24);
  expect(await suspects(described(24, (parameter) => `Use $${parameter}$ .`))).toBe(0);
});
