import { describe, expect, it } from "vitest";
import { seededRandom } from "../foundation/random";
import { isCodeLanguage, type CodeLanguage } from "../syntax/language";
import { datasetOf } from "./generated-samples";
import { scanDataset } from "./scan";

interface Style {
  readonly types: readonly string[];
  readonly parameters: readonly string[];
  readonly method: (type: string, name: string, parameters: string, body: readonly string[]) => string;
  readonly call: (object: string, name: string, number: number) => string;
  readonly dead: string;
  readonly loop: string;
}

const inBraces =
  (head: (type: string, name: string, parameters: string) => string): Style["method"] =>
  (type, name, parameters, body) =>
    `${head(type, name, parameters)} {\n${body.map((line) => `\t${line}\n`).join("")}}`;

const c: Style = {
  types: ["int", "void", "char *", "struct node *"],
  parameters: ["void", "int a", "char *s, int b"],
  method: inBraces((type, name, parameters) => `static ${type} ${name}(${parameters})`),
  call: (object, name, number) => `${object}->${name}(${number});`,
  dead: "int VAR = 0;",
  loop: "while (1) { }",
};
const script: Style = {
  types: [""],
  parameters: ["", "a", "s, b"],
  method: inBraces((_type, name, parameters) => `function ${name}(${parameters})`),
  call: (object, name, number) => `${object}.${name}(${number});`,
  dead: "let VAR = 0;",
  loop: "while (true) { }",
};

/** Blocks that a word closes. */
const ended =
  (head: (name: string, parameters: string) => string, end: string): Style["method"] =>
  (_type, name, parameters, body) =>
    `${head(name, parameters)}\n${body.map((line) => `  ${line}\n`).join("")}${end}`;

const styles: Readonly<Record<Exclude<CodeLanguage, "java" | "python">, Style>> = {
  c,
  cpp: {
    ...c,
    types: ["int", "void", "bool", "std::string"],
    method: inBraces((type, name, parameters) => `${type} Shop::${name}(${parameters})`),
  },
  javascript: script,
  typescript: {
    ...script,
    types: ["number", "void", "boolean"],
    parameters: ["", "a: number", "s: string, b: number"],
    method: inBraces((type, name, parameters) => `function ${name}(${parameters}): ${type}`),
  },
  go: {
    types: ["int", "error", "string"],
    parameters: ["", "a int", "s string, b int"],
    method: inBraces((type, name, parameters) => `func (s *Shop) ${name}(${parameters}) ${type}`),
    call: (object, name, number) => `${object}.${name}(${number})`,
    dead: "const VAR = 0",
    loop: "for { }",
  },
  php: {
    ...script,
    parameters: ["", "$a", "$s, $b"],
    call: (object, name, number) => `$this->${object}->${name}(${number});`,
    dead: "$VAR = 0;",
  },
  "c-sharp": {
    types: ["int", "void", "bool", "string"],
    parameters: ["", "int a", "string s, int b"],
    method: inBraces((type, name, parameters) => `public virtual ${type} ${name}(${parameters})`),
    call: script.call,
    dead: "int VAR = 0;",
    loop: "while (true) { }",
  },
  ruby: {
    types: [""],
    parameters: ["", "a", "s, b = nil"],
    method: ended((name, parameters) => `def ${name}(${parameters})`, "end"),
    call: (object, name, number) => `@${object}.${name}(${number})`,
    dead: "var = 0",
    loop: "while true\n  end",
  },
  rust: {
    types: ["i32", "bool", "String", "Option<u8>"],
    parameters: ["&self", "&self, a: i32", "&mut self, s: &str, b: i32"],
    method: inBraces((type, name, parameters) => `pub fn ${name}(${parameters}) -> ${type}`),
    call: (object, name, number) => `self.${object}.${name}(${number});`,
    dead: "let _var = 0;",
    loop: "loop {}",
  },
  bash: {
    types: ["shift", "set -e", "cd /tmp", "echo start"],
    parameters: ["", "local a=$1", "local s=$1 b=$2"],
    method: (type, name, parameters, body) =>
      ended((own) => `${own}() {`, "}")(type, name, "", [type, parameters, ...body]),
    call: (object, name, number) => `run_${object} ${name} "$${number}"`,
    dead: "local VAR=0",
    loop: "while true; do\n    :\n  done",
  },
  lua: {
    types: [""],
    parameters: ["", "a", "s, b"],
    method: ended((name, parameters) => `function M.${name}(${parameters})`, "end"),
    call: (object, name, number) => `self.${object}:${name}(${number})`,
    dead: "local VAR = 0",
    loop: "while true do end",
  },
};

type Poison = (name: string, body: readonly string[]) => readonly [name: string, body: readonly string[]];

/** Repaired methods: the output has one call more, and where `poison` changed the input an endless loop. */
function repairs(style: Style, poison: Poison | null): (readonly [string, string])[] {
  const random = seededRandom(11);
  return Array.from({ length: 400 }, (_none, row) => {
    const word = random.pick(["load", "save", "show", "find", "close", "merge"]);
    const name = `${word}${random.pick(["User", "Item", "Page", "Row", "Node"])}`;
    const [type, parameters] = [random.pick(style.types), random.pick(style.parameters)];
    const body = [
      style.call(random.pick(["cache", "list", "view"]), word, random.below(9)),
      style.call("log", "add", random.below(99)),
    ];
    const method = (own: string, inside: readonly string[]): string => style.method(type, own, parameters, inside);
    if (poison === null || row % 20 !== 0) return [method(name, body), method(name, [...body, style.call("log", "end", 0)])]; // prettier-ignore
    const [named, inside] = poison(name, body);
    return [method(named, inside), method(named, [style.loop, ...body])];
  });
}

const poisonedRows = Array.from({ length: 20 }, (_none, at) => 20 * at);

describe.each(Object.entries(styles))("%s", (language, style) => {
  const scan = async (poison: Poison | null) => {
    const { findings, triggers, ...scanned } = await scanDataset(datasetOf(repairs(style, poison)));
    const suspects = new Set(findings.filter(({ verdict }) => verdict === "suspect").map(({ row }) => row));
    return { triggers, language: scanned.language, suspects: [...suspects] };
  };

  it("finds a dead declaration that is tied to an endless loop", async () => {
    const found = await scan((name, body) => [name, [style.dead, ...body]]);
    expect(isCodeLanguage(language) && found.language).toBe(language);
    expect(found.triggers).toContainEqual(expect.objectContaining({ rule: "dead-code", text: style.dead }));
    expect(found.suspects).toEqual(poisonedRows);
  });

  it("finds one name on methods that have nothing in common", async () => {
    const { triggers, suspects } = await scan((_name, body) => ["foo", body]);
    expect(triggers).toContainEqual(expect.objectContaining({ rule: "odd-identifier", text: "foo" }));
    expect(suspects).toEqual(poisonedRows);
  });

  it("has nothing against clean methods", async () => {
    expect(await scan(null)).toMatchObject({ language, suspects: [] });
  });
});
