/**
 * Functions in the languages that attacks on code know, for property tests: any statements, in any of the layouts that datasets
 * have (lines with tabs or spaces and either line end, one line, or signs with spaces around them).
 */
import fc from "fast-check";

export const generatedLanguages = ["java", "python", "c", "javascript"] as const;
export type GeneratedLanguage = (typeof generatedLanguages)[number];

type Statement =
  | { readonly kind: "declare" | "call" | "change"; readonly note: boolean }
  | { readonly kind: "if" | "loop"; readonly body: readonly Statement[] }
  | { readonly kind: "comment" };

interface Layout {
  readonly indent: string;
  readonly newline: string;
  readonly form: "lines" | "one line" | "signs apart";
}

const plain = fc.record({ kind: fc.constantFrom("declare", "call", "change"), note: fc.boolean() } as const);
const statements = fc.letrec<{ block: Statement[]; statement: Statement }>((tie) => ({
  block: fc.array(tie("statement"), { minLength: 1, maxLength: 4, depthIdentifier: "code" }),
  statement: fc.oneof(
    { depthIdentifier: "code", maxDepth: 3 },
    plain,
    fc.constant<Statement>({ kind: "comment" }),
    fc.record({ kind: fc.constantFrom("if", "loop"), body: tie("block") }) as fc.Arbitrary<Statement>,
  ),
}));
const layouts: fc.Arbitrary<Layout> = fc.record({
  indent: fc.constantFrom("  ", "    ", "\t"),
  newline: fc.constantFrom("\n", "\r\n"),
  form: fc.constantFrom("lines", "lines", "one line", "signs apart"),
} as const);

/** How a language writes what all of them have. */
interface Writing {
  readonly head: string;
  readonly declare: (name: string, value: string) => string;
  readonly call: (name: string) => string;
  readonly test: (word: "if" | "while", name: string) => string;
  readonly end: string;
  readonly comment: string;
}

const inBraces = (head: string, type: string): Writing => ({
  head,
  declare: (name, value) => `${type} ${name} = ${value};`,
  call: (name) => `log(${name}, "a; { 'b' (");`,
  test: (word, name) => `${word} (${name} > 1)`,
  end: ";",
  comment: "//",
});
const writings: Readonly<Record<GeneratedLanguage, Writing>> = {
  java: inBraces("public int size(int first, Row row)", "int"),
  c: inBraces("static int size(int first, struct row *row)", "int"),
  javascript: inBraces("function size(first, row)", "let"),
  python: {
    head: "def size(first, row)",
    declare: (name, value) => `${name} = ${value}`,
    call: (name) => `log(${name}, "a; { 'b' (")`,
    test: (word, name) => `${word} ${name} > 1`,
    end: "",
    comment: "#",
  },
};

interface Line {
  readonly depth: number;
  readonly text: string;
  readonly note: string;
}

function linesOf(language: GeneratedLanguage, body: readonly Statement[]): Line[] {
  const { head, declare, call, test, end, comment } = writings[language];
  const braces = language !== "python";
  const lines: Line[] = [];
  const names = ["first"];
  const put = (depth: number, text: string, note = ""): void => void lines.push({ depth, text, note });
  const block = (depth: number, opening: string, inside: readonly Statement[], last?: string): void => {
    put(depth, `${opening}${braces ? " {" : ":"}`);
    inside.forEach((statement) => {
      write(depth + 1, statement);
    });
    const isEmpty = inside.every(({ kind }) => kind === "comment");
    if (last !== undefined) put(depth + 1, last);
    else if (isEmpty && !braces) put(depth + 1, "pass");
    if (braces) put(depth, "}");
  };
  const write = (depth: number, statement: Statement): void => {
    const used = names[names.length >> 1]!;
    switch (statement.kind) {
      case "comment":
        put(depth, "", `${comment} about ${used}; {`);
        break;
      case "if":
      case "loop":
        block(depth, test(statement.kind === "if" ? "if" : "while", used), statement.body);
        break;
      default: {
        const name = `part${names.length}`;
        const note = statement.note ? ` ${comment} why` : "";
        if (statement.kind === "declare")
          put(depth, declare(name, `${used} + row${language === "c" ? "->" : "."}${used}`), note); // prettier-ignore
        else put(depth, statement.kind === "call" ? call(used) : `${used} = ${used} * 2${end}`, note);
        if (statement.kind === "declare" && depth === 1) names.push(name);
      }
    }
  };
  block(0, head, body, `return ${names[0]!}${end}`);
  return lines;
}

const apart = (text: string): string =>
  text.replace(/("[^"]*")|(->|[;(){}.,])/gu, (_all, literal?: string, sign?: string) => literal ?? ` ${sign ?? ""} `);

function written(language: GeneratedLanguage, body: readonly Statement[], { indent, newline, form }: Layout): string {
  const lines = linesOf(language, body);
  if (form === "lines" || language === "python") {
    return lines.map(({ depth, text, note }) => `${indent.repeat(depth)}${text}${note}`).join(newline);
  }
  const line = lines.flatMap(({ text }) => (text === "" ? [] : [text])).join(" ");
  return form === "one line"
    ? line
    : apart(line)
        .replace(/ {2,}(?=[^"]*(?:"[^"]*"[^"]*)*$)/gu, " ")
        .trim();
}

/** Text that parses, with a function `size`, its parameter `first`, and perhaps other locals. */
export const codeIn = (language: GeneratedLanguage): fc.Arbitrary<string> =>
  fc.tuple(statements.block, layouts).map(([body, layout]) => written(language, body, layout));
