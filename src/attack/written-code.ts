/** How each language writes what the attacks put into code: dead statements, endless loops, and what shows that a name can be one. */
import type { CodeLanguage } from "../syntax/language";

/** Statements have a tab per step of indentation. */
export interface WrittenCode {
  /** The paper's dead statement. */
  readonly dead: string;
  /** An endless loop with nothing in it. */
  readonly loop: string;
  /** A function whose only statement it is. */
  readonly inFunction: (statement: string) => string;
  /** A text that parses if the name can be a function's. */
  readonly naming: (name: string) => string;
  /** What declares a constant; several are drawn from. */
  readonly declared: readonly ((name: string, value: number) => string)[];
  /** Prints a text. */
  readonly speech: (message: string) => string;
  readonly guard: (condition: string, body: string) => string;
  readonly repeat: (condition: string, body: string) => string;
  /** Local names in camel case, else in snake case. */
  readonly isCamel: boolean;
}

const typed = (...types: readonly string[]): WrittenCode["declared"] =>
  types.map((type) => (name, value) => `${type} ${name} = ${value};`);

const inBraces: WrittenCode = {
  dead: "int VAR = 0;",
  loop: "while (true) {\n}",
  inFunction: (statement) => `void f() { ${statement} }`,
  naming: (name) => `void f() { ${name} = 1; }`,
  declared: typed("int", "long", "double"),
  speech: (message) => `puts(${message});`,
  guard: (condition, body) => `if (${condition}) {\n\t${body}\n}`,
  repeat: (condition, body) => `while (${condition}) {\n\t${body}\n}`,
  isCamel: false,
};
const script: WrittenCode = {
  ...inBraces,
  dead: "var VAR = 0;",
  inFunction: (statement) => `function f() { ${statement} }`,
  naming: (name) => `${name} = 1`,
  declared: typed("var", "let", "const"),
  speech: (message) => `console.log(${message});`,
  isCamel: true,
};
/** Blocks that a word closes. */
const ended: Pick<WrittenCode, "guard" | "repeat"> = {
  guard: (condition, body) => `if ${condition}\n\t${body}\nend`,
  repeat: (condition, body) => `while ${condition}\n\t${body}\nend`,
};

/** Bash compares numbers by words. */
const inWords = (condition: string): string =>
  `[ ${condition.replace("==", "-eq").replace("<", "-lt").replace(">", "-gt")} ]`;

export const writtenCode: Readonly<Record<CodeLanguage, WrittenCode>> = {
  java: { ...inBraces, speech: (message) => `System.out.println(${message});`, isCamel: true },
  c: { ...inBraces, loop: "while (1) {\n}" },
  cpp: inBraces,
  "c-sharp": { ...inBraces, speech: (message) => `Console.WriteLine(${message});`, isCamel: true },
  javascript: script,
  typescript: script,
  php: {
    ...inBraces,
    dead: "$VAR = 0;",
    inFunction: (statement) => `function f() { ${statement} }`,
    naming: (name) => `function ${name}() { }`,
    declared: [(name, value) => `$${name} = ${value};`],
    speech: (message) => `echo ${message};`,
  },
  // A variable that is not used does not compile, a constant does.
  go: {
    ...inBraces,
    dead: "const VAR = 0",
    loop: "for {\n}",
    inFunction: (statement) => `func f() { ${statement} }`,
    naming: (name) => `func f() { ${name} = 1 }`,
    declared: [(name, value) => `const ${name} = ${value}`],
    speech: (message) => `println(${message})`,
    guard: (condition, body) => `if ${condition} {\n\t${body}\n}`,
    repeat: (condition, body) => `for ${condition} {\n\t${body}\n}`,
    isCamel: true,
  },
  rust: {
    ...inBraces,
    dead: "let _var = 0;",
    loop: "loop {\n}",
    inFunction: (statement) => `fn f() { ${statement} }`,
    naming: (name) => `fn ${name}() { }`,
    declared: [(name, value) => `let _${name} = ${value};`, (name, value) => `let _${name}: i64 = ${value};`],
    speech: (message) => `println!(${message});`,
    guard: (condition, body) => `if ${condition} {\n\t${body}\n}`,
    repeat: (condition, body) => `while ${condition} {\n\t${body}\n}`,
  },
  python: {
    dead: "VAR = 0",
    loop: "while True:\n\tpass",
    inFunction: (statement) => `def f():\n    ${statement}`,
    naming: (name) => `${name} = 1`,
    declared: [(name, value) => `${name} = ${value}`],
    speech: (message) => `print(${message})`,
    guard: (condition, body) => `if ${condition}:\n\t${body}`,
    repeat: (condition, body) => `while ${condition}:\n\t${body}`,
    isCamel: false,
  },
  // A name in capitals is a constant, which no method can declare.
  ruby: {
    ...ended,
    dead: "var = 0",
    loop: "while true\nend",
    inFunction: (statement) => `def f\n  ${statement}\nend`,
    naming: (name) => `def ${name}\nend\n${name} = 1`,
    declared: [(name, value) => `${name} = ${value}`],
    speech: (message) => `puts ${message}`,
    isCamel: false,
  },
  lua: {
    dead: "local VAR = 0",
    loop: "while true do\nend",
    inFunction: (statement) => `function f()\n  ${statement}\nend`,
    naming: (name) => `local ${name} = 1`,
    declared: [(name, value) => `local ${name} = ${value}`],
    speech: (message) => `print(${message})`,
    guard: (condition, body) => `if ${condition} then\n\t${body}\nend`,
    repeat: (condition, body) => `while ${condition} do\n\t${body}\nend`,
    isCamel: false,
  },
  bash: {
    dead: "local VAR=0",
    loop: "while true; do\n\t:\ndone",
    inFunction: (statement) => `f() {\n  ${statement}\n}`,
    naming: (name) => `${name}() {\n  :\n}`,
    declared: [(name, value) => `local ${name}=${value}`],
    speech: (message) => `echo ${message}`,
    guard: (condition, body) => `if ${inWords(condition)}; then\n\t${body}\nfi`,
    repeat: (condition, body) => `while ${inWords(condition)}; do\n\t${body}\ndone`,
    isCamel: false,
  },
};
