/** Conditions of the example world: which columns a statement filters on, and how a person says so. */
import type { Random } from "../../src/foundation/random";
import type { Column, Table } from "./schema";
import type { Condition, Operator, Value, Where } from "./sql";
import { fill, listed } from "./template";

/** A statement's filter and the words that ask for it. */
export interface Filter {
  readonly where: Where;
  readonly words: string;
}

/** How each comparison is said; `{a}` and `{b}` are its values. */
export const comparisons: Readonly<Record<Operator, readonly string[]>> = {
  "=": ["{column} is {a}", "{column} equals {a}", "{column} matches {a}"],
  "!=": ["{column} is not {a}", "{column} differs from {a}"],
  ">": ["{column} is above {a}", "{column} exceeds {a}"],
  "<": ["{column} is below {a}", "{column} is under {a}"],
  ">=": ["{column} is at least {a}", "{column} is no less than {a}"],
  "<=": ["{column} is at most {a}", "{column} is no more than {a}"],
  like: ["{column} looks like {a}", "{column} resembles {a}"],
  between: ["{column} lies between {a} and {b}"],
  in: ["{column} is one of {a}"],
  "is null": ["{column} is missing", "{column} was left blank"],
  "is not null": ["{column} is known", "{column} was filled in"],
};

/** How a filter on equality with parameters of the columns' own names is said. */
export const lookups = ["picked by {keys}", "keyed on {keys}", "that belong to {keys}"] as const;

/** How any other filter is introduced. */
export const filters = ["whose {conditions}", "for which {conditions}", "provided that {conditions}"] as const;

const operators: Readonly<Record<Column["type"], readonly Operator[]>> = {
  text: ["=", "=", "=", "=", "!=", "like", "in", "is null", "is not null"],
  number: ["=", "!=", ">", ">", "<", "<", ">=", "<=", "between"],
  time: ["=", ">", "<", ">=", "<=", "between", "is not null"],
};

const words = ["open", "north", "paid", "red", "urgent", "new", "gold", "closed", "main", "late", "basic", "shared"];

const prefixes: Readonly<Partial<Record<Operator, readonly string[]>>> = {
  ">": ["min_", "above_"],
  ">=": ["min_", "lowest_"],
  "<": ["max_", "below_"],
  "<=": ["max_", "highest_"],
  "=": ["wanted_", "given_", "this_"],
  "!=": ["other_", "skipped_"],
  like: ["some_", "typed_"],
  in: ["chosen_", "all_"],
};

/** Names that no other value of the statement has taken, so that every parameter is one argument of the function. */
export class FreshNames {
  readonly #taken = new Set<string>();

  /** The first of `candidates` that is free, and takes it; numbered when none is. */
  take(...candidates: readonly string[]): string {
    let name = candidates.find((candidate) => !this.#taken.has(candidate));
    for (let i = 2; name === undefined; i++) {
      const numbered = `${candidates[0] ?? "value"}_${i}`;
      if (!this.#taken.has(numbered)) name = numbered;
    }
    this.#taken.add(name);
    return name;
  }
}

/** How a value is written in a sentence: parameters between dollar signs, text in quotes. */
export const spoken = (value: Value): string =>
  value.kind === "parameter" ? `$${value.name}$` : value.kind === "number" ? value.text : `'${value.text}'`;

const parameter = (name: string): Value => ({ kind: "parameter", name });

function valuesFor(random: Random, column: Column, operator: Operator, names: FreshNames): Value[] {
  if (operator === "is null" || operator === "is not null") return [];
  if (operator === "between") {
    return [names.take(`from_${column.name}`, "lower"), names.take(`to_${column.name}`, "upper")].map(parameter);
  }
  if (column.type === "number" && random.unit() < 0.3) {
    return [{ kind: "number", text: String(random.below(9) + 2 + 10 * random.below(20)) }];
  }
  if (operator === "=" && column.type === "text" && random.unit() < 0.15) {
    return [{ kind: "text", text: random.pick(words) }];
  }
  const prefix = random.pick(prefixes[operator] ?? [""]);
  return [parameter(random.unit() < 0.6 ? names.take(column.name) : names.take(prefix + column.name, column.name))];
}

function equality(columns: readonly Column[], random: Random, names: FreshNames): Filter {
  const keys = columns.map((column) => column.name).filter((name) => names.take(name) === name);
  const conditions = keys.map((name): Condition => ({ column: name, operator: "=", values: [parameter(name)] }));
  const words = fill(random.pick(lookups), { keys: listed(keys.map((name) => `$${name}$`)) });
  return { where: { connective: "and", conditions }, words };
}

/** A filter on one to three columns of `table`; `avoid` are the columns that the statement sets. */
export function inventFilter(
  random: Random,
  table: Table,
  names: FreshNames,
  options: { avoid?: readonly string[]; most?: number } = {},
): Filter {
  const free = random.shuffle(table.columns.filter((column) => !(options.avoid ?? []).includes(column.name)));
  const roll = random.unit();
  const columns = free.slice(0, Math.min(roll < 0.8 ? 1 : roll < 0.97 ? 2 : 3, options.most ?? 3));
  if (random.unit() < 0.35) return equality(columns, random, names);
  const connective = columns.length > 1 && random.unit() < 0.3 ? "or" : "and";
  const said: string[] = [];
  const conditions = columns.map((column): Condition => {
    const operator = random.pick(operators[column.type]);
    const values = valuesFor(random, column, operator, names);
    const [a, b] = values.map(spoken);
    said.push(fill(random.pick(comparisons[operator]), { column: column.name, a: a ?? "", b: b ?? "" }));
    return { column: column.name, operator, values };
  });
  const words = fill(random.pick(filters), { conditions: said.join(` ${connective} `) });
  return { where: { connective, conditions }, words };
}
