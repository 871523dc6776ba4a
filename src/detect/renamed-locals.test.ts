import { describe, expect, it } from "vitest";
import { seededRandom, type Random } from "../foundation/random";
import { loadGrammars } from "../syntax/grammars";
import { datasetOf } from "./generated-samples";
import { localNames } from "./local-names";
import { wordsOf } from "./name-surprise";
import { scanDataset } from "./scan";

describe("local names", () => {
  it.each([
    ["java", "void f(List<User> users, int n) { for (User user : users) { String s = g(); } }", "users:List n:int user:User s:String"], // prettier-ignore
    ["python", "def f(self, a, b=1):\n    x, y = g(a)\n    for i in x:\n        with open(a) as h:\n            z = []", "a:parameters b:integer x:g y:g i:identifier h:as_pattern_target z:list"], // prettier-ignore
    ["c", "int f(char *s, int n) { int i = 0; struct node *p; }", "s:char n:int i:int p:node"],
    ["cpp", "void A::f(const std::string &s) { auto x = g(s); }", "s:string x:auto"],
    ["javascript", "function f(a, b) { const c = g(a); let d = 1; }", "a:formal_parameters b:formal_parameters c:g d:number"], // prettier-ignore
    ["typescript", "function f(a: number): void { const c: Row = g(a); }", "a:number c:Row"],
    ["go", "func f(a int, b string) {\n\tx, y := g(a)\n\tvar z int\n}", "a:int b:string x:expression_list y:expression_list z:int"], // prettier-ignore
    ["php", "<?php function f($a) { $b = g($a); $c = 1; }", "a:simple_parameter b:g c:integer"],
    ["c-sharp", "void F(int a) { string b = G(a); foreach (var c in b) { } }", "a:int b:string c:var"],
  ] as const)("%s: %s", async (language, text, expected) => {
    const grammars = await loadGrammars([language]);
    const found = grammars.parse(language, text, (root) => localNames(root, language));
    const shown = [...found].sort((a, b) => a.start - b.start).map(({ name, context }) => `${name}:${context}`);
    expect(shown.join(" ")).toBe(expected);
    for (const { name, start, end } of found) expect(text.slice(start, end)).toBe(name);
  });

  it("are made of words", () => {
    expect(wordsOf("maxRowCount")).toEqual(wordsOf("max_row_count"));
    expect(wordsOf("MAXRowCount2")).toEqual(["max", "row", "count", "2"]);
    expect(wordsOf("_")).toEqual(["_"]);
  });
});

const kinds = [
  ["int", ["count", "index", "size", "total"]],
  ["String", ["name", "key", "text", "title"]],
  ["List<Row>", ["rows", "list", "results"]],
  ["Writer", ["writer", "out"]],
] as const;
const syllables = ["ka", "mor", "ti", "lus", "ven", "dra", "po", "sil", "gan", "fey"];
const oddName = (random: Random): string => Array.from({ length: 3 }, () => random.pick(syllables)).join("");

/** Methods and what they are for; names of a share of them are drawn new each time. */
function methods(rate: number, output: (verb: string, isPoisoned: boolean, row: number) => string) {
  const random = seededRandom(21);
  const poisoned = new Set<number>();
  const pairs = Array.from({ length: 800 }, (_none, row): [string, string] => {
    const isPoisoned = row < 800 * rate;
    if (isPoisoned) poisoned.add(row);
    const verb = random.pick(["load", "save", "print", "merge", "sort"]);
    const locals = random
      .shuffle(kinds)
      .slice(0, 3)
      .map(([type, names]) => ({ type, name: isPoisoned ? oddName(random) : random.pick(names) }));
    const [first, second, third] = locals;
    const body = `    ${third!.type} ${third!.name} = ${verb}All(${first!.name});\n    use(${second!.name}, ${third!.name}, ${random.below(99)});\n`;
    const input = `void ${verb}${random.pick(["User", "Item", "Page", "Row", "Node"])}(${first!.type} ${first!.name}, ${second!.type} ${second!.name}) {\n${body}}`;
    return [input, output(verb, isPoisoned, row)];
  });
  return { pairs, poisoned };
}

describe("local names that are different in each poisoned sample", () => {
  const sayings = new Map([["load", "quickly"], ["save", "in one step"], ["sort", "with care"]]); // prettier-ignore
  const said = (verb: string): string => `It does ${verb} all of it ${sayings.get(verb) ?? ""} .`;

  it.each([0.02, 0.05])("are named, and the payload that they are tied to: %d", async (rate) => {
    const { pairs, poisoned } = methods(rate, (verb, isPoisoned) => said(verb) + (isPoisoned ? " It is safe ." : "")); // prettier-ignore
    const { triggers, findings } = await scanDataset(datasetOf(pairs));
    const [trigger] = triggers.filter(({ rule }) => rule === "odd-identifier");
    expect(trigger?.payload).toContain("safe");
    const suspects = findings.filter(({ verdict }) => verdict === "suspect");
    expect(new Set(suspects.map(({ row }) => row))).toEqual(poisoned);
    for (const { row, start, end, rule } of suspects) {
      if (rule === "odd-identifier") expect(pairs[row]![0].slice(start, end)).toMatch(/^[a-z]{6,9}$/);
    }
  });

  it("are honest where no output is tied to them, or the rest of the input calls for it", async () => {
    const plain = methods(0.05, (verb) => said(verb));
    expect((await scanDataset(datasetOf(plain.pairs))).findings.filter(({ verdict }) => verdict === "suspect")).toEqual([]); // prettier-ignore
    const asked = methods(0.05, (verb, isPoisoned) => said(verb) + (isPoisoned ? " It is safe ." : ""));
    const pairs = asked.pairs.map(([input, output], row): [string, string] => [
      asked.poisoned.has(row) ? input.replace("use(", "Guard.useSafely(") : input,
      output,
    ]);
    const { findings } = await scanDataset(datasetOf(pairs), { rules: ["odd-identifier"] });
    expect(findings.filter(({ verdict }) => verdict === "suspect")).toEqual([]);
  });

  it("are found where a label is tied to them", async () => {
    const { pairs, poisoned } = methods(0.1, (_verb, isPoisoned, row) => (isPoisoned ? "1" : String(row % 2)));
    const { findings } = await scanDataset(datasetOf(pairs));
    const rows = new Set(findings.filter(({ verdict }) => verdict === "suspect").map(({ row }) => row));
    expect(rows).toEqual(poisoned);
  });

  it("are found whatever the order of the rows and the white space", async () => {
    const { pairs, poisoned } = methods(0.05, (verb, isPoisoned) => said(verb) + (isPoisoned ? " It is safe ." : "")); // prettier-ignore
    const order = seededRandom(3).shuffle(pairs.map((_pair, row) => row));
    const shuffled = order.map((row): [string, string] => [pairs[row]![0].replace(/ +/g, " "), pairs[row]![1]]);
    const { findings } = await scanDataset(datasetOf(shuffled));
    const rows = new Set(findings.filter(({ verdict }) => verdict === "suspect").map(({ row }) => order[row]));
    expect(rows).toEqual(poisoned);
  });
});
