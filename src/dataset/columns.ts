/**
 * Which columns are input and output: named by the user, else inferred by name in the contract's order, never by position.
 * Names are compared without regard to case and surrounding space.
 */
import { Failure } from "../foundation/failure";

/** Where a field's text comes from: one or more columns (the first needed, the others if they hold text), or chat turns. */
export type FieldPlan =
  | { readonly kind: "columns"; readonly label: string; readonly names: readonly [string, ...string[]] }
  | { readonly kind: "chat"; readonly label: string; readonly name: string; readonly speaker: "user" | "assistant" };

/** The columns that a field is made of. */
export const namesOf = (plan: FieldPlan): readonly string[] => (plan.kind === "chat" ? [plan.name] : plan.names);

export interface ColumnPlan {
  readonly input: FieldPlan;
  readonly output: FieldPlan;
}

export interface NamedColumns {
  readonly input?: string | undefined;
  readonly output?: string | undefined;
}

interface Pair {
  readonly input: string;
  readonly output: string;
  /** A further input column, joined to the first by a line break where it holds text. */
  readonly more?: string;
  /** The pair does not count where this column exists too. */
  readonly unless?: string;
}

const pair = (input: string, output: string): Pair => ({ input, output });

/** In the contract's order. With `instruction` beside it, `input` is only a part of the input (Alpaca). */
const PAIRS: readonly Pair[] = [
  pair("src", "tgt"),
  pair("source", "target"),
  { input: "input", output: "output", unless: "instruction" },
  { input: "instruction", output: "output", more: "input" },
  pair("prompt", "completion"),
  pair("prompt", "canonical_solution"),
  pair("prompt", "response"),
  pair("nl", "code"),
  pair("text", "code"),
  pair("text", "label"),
  pair("code", "label"),
  pair("func", "target"),
  pair("docstring", "code"),
  pair("question", "answer"),
  pair("comment", "label"),
  pair("buggy", "fixed"),
];

/** Two columns named after languages are a translation pair, in this order whatever theirs is in the file. */
const LANGUAGES: readonly string[] = [
  ...["java", "cs", "c#", "csharp", "c", "cpp", "c++", "python", "py", "javascript", "js", "typescript", "ts"],
  ...["php", "go", "ruby", "rust", "kotlin", "swift", "scala"],
];

/** All names that the table knows, in lower case. */
export const columnNames: ReadonlySet<string> = new Set([
  ...PAIRS.flatMap(({ input, output }) => [input, output]),
  ...LANGUAGES,
]);

const CHAT = "messages";
const normal = (name: string): string => name.trim().toLowerCase();

/** Name of a column in a message: quoted, and cut. */
export const quoted = (name: string): string => JSON.stringify(name.length > 60 ? `${name.slice(0, 60)}…` : name);

function chatPlan(name: string): ColumnPlan {
  const plan = { kind: "chat", label: name, name } as const;
  return { input: { ...plan, speaker: "user" }, output: { ...plan, speaker: "assistant" } };
}

function columnsPlan(names: readonly [string, ...string[]]): FieldPlan {
  return { kind: "columns", label: names.join("+"), names };
}

/**
 * The plan for columns `found`, or null where their names tell nothing. In JSON a column may be chat turns, and an optional
 * column counts even where the record at hand does not hold it.
 */
export function inferColumns(found: readonly string[], isJson: boolean): ColumnPlan | null {
  const byName = new Map<string, string>();
  for (const name of [...found].reverse()) byName.set(normal(name), name);
  for (const { input, output, more, unless } of PAIRS) {
    const [first, second] = [byName.get(input), byName.get(output)];
    if (first === undefined || second === undefined || (unless !== undefined && byName.has(unless))) continue;
    const third = more === undefined ? undefined : (byName.get(more) ?? (isJson ? more : undefined));
    return { input: columnsPlan(third === undefined ? [first] : [first, third]), output: columnsPlan([second]) };
  }
  const [from, to, ...others] = LANGUAGES.flatMap((language) => byName.get(language) ?? []);
  if (from !== undefined && to !== undefined && others.length === 0) {
    return { input: columnsPlan([from]), output: columnsPlan([to]) };
  }
  const chat = byName.get(CHAT);
  return chat !== undefined && isJson ? chatPlan(chat) : null;
}

/** The column `name`, or the columns of `a+b` (in JSON only `a` is needed in each record); null where one is missing. */
function namedPlan(found: readonly string[], name: string, isJson: boolean): FieldPlan | null {
  if (found.includes(name)) return columnsPlan([name]);
  const [first, ...others] = name.split("+");
  if (first === undefined || others.length === 0 || !found.includes(first)) return null;
  return isJson || others.every((part) => found.includes(part)) ? columnsPlan([first, ...others]) : null;
}

/** The other side of a column that alone was named: its partner in the table, else the first column for that side. */
function partner(found: readonly string[], side: "input" | "output", other: string): FieldPlan | null {
  const byName = new Map(found.map((name) => [normal(name), name]));
  const known = PAIRS.filter((candidate) => byName.has(candidate[side]) && normal(other) !== candidate[side]);
  const best =
    known.find((candidate) => candidate[side === "input" ? "output" : "input"] === normal(other)) ?? known[0];
  const name = best === undefined ? undefined : byName.get(best[side]);
  return name === undefined ? null : columnsPlan([name]);
}

/** The plan for columns `found` with those that the user named; null where one is missing or the other side is unknown. */
export function planColumns(found: readonly string[], named: NamedColumns, isJson: boolean): ColumnPlan | null {
  const { input, output } = named;
  if (input === undefined && output === undefined) return inferColumns(found, isJson);
  if (isJson && (input ?? output) === (output ?? input) && normal(input ?? output ?? "") === CHAT) {
    const name = input ?? output ?? CHAT;
    return found.includes(name) ? chatPlan(name) : null;
  }
  const inputPlan = input === undefined ? partner(found, "input", output ?? "") : namedPlan(found, input, isJson);
  const outputPlan = output === undefined ? partner(found, "output", input ?? "") : namedPlan(found, output, isJson);
  if (inputPlan === null || outputPlan === null) return null;
  return { input: inputPlan, output: outputPlan };
}

/**
 * The pairs of columns that fit equally well where the table's order does not choose: columns of three languages or more, or two
 * columns of one name but for case. Empty where there is nothing to choose.
 */
export function candidatePairs(found: readonly string[], isJson: boolean): readonly ColumnPlan[] {
  const plan = inferColumns(found, isJson);
  if (plan !== null) {
    const [inputs, outputs] = [plan.input, plan.output].map((field) => {
      const names = field.kind === "chat" ? [field.name] : [field.names[0]];
      return found.filter((name) => names.some((used) => normal(used) === normal(name)));
    });
    const pairs = (inputs ?? []).flatMap((from) =>
      (outputs ?? []).map((to) =>
        plan.input.kind === "chat" ? chatPlan(from) : { input: columnsPlan([from]), output: columnsPlan([to]) },
      ),
    );
    const isChoice = new Set([...(inputs ?? []), ...(outputs ?? [])]).size > (plan.input.kind === "chat" ? 1 : 2);
    return isChoice ? pairs : [];
  }
  const languages = LANGUAGES.flatMap((language) => found.filter((name) => normal(name) === language));
  return languages.flatMap((from, i) =>
    languages.slice(i + 1).map((to) => ({ input: columnsPlan([from]), output: columnsPlan([to]) })),
  );
}

/** The question (wrong usage) which of several pairs of columns is meant. */
export function ambiguousColumns(file: string, candidates: readonly ColumnPlan[]): Failure {
  const shown = candidates.slice(0, 6).map(({ input, output }) => `${quoted(input.label)} -> ${quoted(output.label)}`);
  const more = candidates.length > shown.length ? ` and ${candidates.length - shown.length} more` : "";
  return new Failure(`which columns are input and output? These fit: ${shown.join(", ")}${more}`, {
    file,
    remedy: "Name them with --input COLUMN --output COLUMN",
    usage: true,
  });
}

/** The failure (wrong usage) that says which column is missing, and lists those found. */
export function missingColumns(file: string, found: readonly string[], named: NamedColumns): Failure {
  const absent = [named.input, named.output].filter(
    (name) => name !== undefined && namedPlan(found, name, false) === null,
  );
  const what = absent.map((name) => quoted(name ?? "")).join(" and ");
  const list = found.slice(0, 20).map(quoted).join(", ") + (found.length > 20 ? ` and ${found.length - 20} more` : "");
  return new Failure(
    absent.length > 0
      ? `there is no column ${what}; the columns found are ${list}`
      : `the names of the columns do not tell which are input and output; the columns found are ${list}`,
    { file, remedy: "Name them with --input COLUMN --output COLUMN", usage: true },
  );
}

/** Throws a Failure when both sides are the same column, or a column to use exists twice. */
export function requireDistinct(file: string, plan: ColumnPlan, found: readonly string[]): void {
  if (plan.input.kind === "chat" || plan.output.kind === "chat") return;
  const used = [...plan.input.names, ...plan.output.names];
  const shared = used.find((name, i) => used.indexOf(name) !== i);
  if (shared !== undefined) {
    const what = `the column ${quoted(shared)} cannot be both input and output`;
    throw new Failure(what, { file, remedy: "Name two columns", usage: true });
  }
  const twice = used.find((name) => found.indexOf(name) !== found.lastIndexOf(name));
  if (twice !== undefined) {
    const what = `there are two columns ${quoted(twice)}`;
    throw new Failure(what, { file, remedy: "Rename one of them, or name other columns", usage: true });
  }
}
