/**
 * What is asked of a database: a statement, the words that ask for it, and what comes back. The phrasing is one for the
 * examples and the pretraining of the base, which differ in schemas, interfaces and idioms.
 */
import type { Random } from "../../src/foundation/random";
import { FreshNames, inventFilter, spoken, type Filter } from "./condition";
import { exampleSchema, type Column, type Schema, type Table } from "./schema";
import type { Aggregate, Select, Statement, Value } from "./sql";
import { fill, listed } from "./template";

export interface Request {
  readonly statement: Statement;
  /** A verb phrase without a capital or a full stop. */
  readonly words: string;
  /** `rows` of several columns, rows of a `column`, one `number`, `groups` of two columns, or nothing but a `change`. */
  readonly answer: "rows" | "column" | "number" | "groups" | "change";
  /** The named columns of the answer. */
  readonly columns: readonly string[];
  readonly table: string;
}

export const readings = [
  "look up {columns} in the {table} table{filter}{tail}",
  "read {columns} out of {table}{filter}{tail}",
  "pull {columns} from table {table}{filter}{tail}",
  "collect {columns} of the {table} rows{filter}{tail}",
] as const;

export const joinings = [
  "match {table} with {other} over {key} and read {columns}{filter}{tail}",
  "look up {columns} in {table} paired with {other} through {key}{filter}{tail}",
] as const;

export const countings = [
  "count the {table} rows{filter}",
  "find out how many {table} rows there are{filter}",
] as const;

export const measures: Readonly<Record<Exclude<Aggregate, "count">, readonly string[]>> = {
  sum: ["add up {column} over {table}{filter}", "sum the {column} values of {table}{filter}"],
  avg: ["work out the average {column} in {table}{filter}", "take the usual {column} across {table}{filter}"],
  max: ["find the highest {column} in {table}{filter}", "take the largest {column} across {table}{filter}"],
  min: ["find the lowest {column} in {table}{filter}", "take the smallest {column} across {table}{filter}"],
};

export const groupings = [
  "count the {table} rows per {group}{filter}{tail}",
  "tally {table} by {group}{filter}{tail}",
] as const;

export const changes = [
  "change {column} to {value} in {table} for the rows {filter}",
  "put {value} into {column} of the {table} rows {filter}",
] as const;

export const removals = ["throw out the {table} rows {filter}", "drop every row of {table} {filter}"] as const;

export const additions = [
  "add a row to {table} with {columns} taken from {values}",
  "store {values} as {columns} of a new {table} row",
] as const;

export const orderings = {
  ascending: ["sorted by {column}", "smallest {column} first", "by rising {column}"],
  descending: ["sorted by {column} backwards", "largest {column} first", "by falling {column}"],
} as const;

export const limits = ["at most {count} of them", "keeping just {count}"] as const;
export const everything = ["every column", "whole rows"] as const;
export const withoutRepeats = ["the different {columns} values"] as const;
export const bigGroups = "leaving out groups of {count} or fewer";

const some = (random: Random, table: Table, count: number): Column[] => random.shuffle(table.columns).slice(0, count);
const parameter = (name: string): Value => ({ kind: "parameter", name });

interface Tail {
  readonly clauses: Pick<Select, "order" | "limit">;
  readonly words: string;
}

/** Ordering and limit, each said after a comma. */
function inventTail(random: Random, columns: readonly Column[], names: FreshNames): Tail {
  const said: string[] = [];
  let clauses: Tail["clauses"] = {};
  if (random.unit() < 0.1) {
    const column = random.pick(columns).name;
    const descending = random.unit() < 0.5;
    said.push(fill(random.pick(orderings[descending ? "descending" : "ascending"]), { column }));
    clauses = { order: { column, descending } };
  }
  if (random.unit() < 0.07) {
    const given = random.unit() < 0.4;
    const limit: Value = given
      ? parameter(names.take("top_n", "row_cap"))
      : { kind: "number", text: String(random.pick([1, 3, 5, 8, 10, 20, 25, 50, 100])) };
    said.push(fill(random.pick(limits), { count: spoken(limit) }));
    clauses = { ...clauses, limit };
  }
  return { clauses, words: said.map((words) => `, ${words}`).join("") };
}

const asClause = (filter: Filter | undefined): string => (filter === undefined ? "" : ` ${filter.words}`);
const ifAny = (filter: Filter | undefined): Pick<Select, "where"> => (filter ? { where: filter.where } : {});

function inventRead(random: Random, table: Table, names: FreshNames, filter: Filter | undefined): Request {
  const roll = random.unit();
  const chosen = roll < 0.2 ? [] : some(random, table, roll < 0.55 ? 1 : roll < 0.88 ? 2 : 3);
  const columns = chosen.map((column) => column.name);
  const tail = inventTail(random, table.columns, names);
  const distinct = columns.length === 1 && random.unit() < 0.25;
  const named = columns.length === 0 ? random.pick(everything) : listed(columns);
  const words = fill(random.pick(readings), {
    columns: distinct ? fill(random.pick(withoutRepeats), { columns: named }) : named,
    table: table.name,
    filter: asClause(filter),
    tail: tail.words,
  });
  const statement: Select = { kind: "select", distinct, columns, table: table.name, ...ifAny(filter), ...tail.clauses };
  return { statement, words, answer: columns.length === 1 ? "column" : "rows", columns, table: table.name };
}

function inventJoin(random: Random, schema: Schema, names: FreshNames): Request {
  const link = random.pick(schema.links);
  const [table, other] = random.unit() < 0.5 ? [link.left, link.right] : [link.right, link.left];
  const own = (side: Table, from: Table): Column[] =>
    side.columns.filter((column) => !from.columns.some((twin) => twin.name === column.name));
  const columns = [random.pick(own(table, other)).name, random.pick(own(other, table)).name];
  const filtered = { name: table.name, columns: own(table, other) };
  const filter = random.unit() < 0.85 ? inventFilter(random, filtered, names, { most: 1 }) : undefined;
  const words = fill(random.pick(joinings), {
    table: table.name,
    other: other.name,
    key: link.column,
    columns: listed(columns),
    filter: asClause(filter),
    tail: "",
  });
  const join = { table: other.name, column: link.column };
  const statement: Select = { kind: "select", columns, table: table.name, join, ...ifAny(filter) };
  return { statement, words, answer: "rows", columns, table: table.name };
}

function inventNumber(random: Random, table: Table, filter: Filter | undefined): Request {
  const numbers = table.columns.filter((column) => column.type === "number");
  const name: Aggregate =
    numbers.length === 0 || random.unit() < 0.4 ? "count" : random.pick(["sum", "avg", "max", "min"] as const);
  const column = name === "count" ? "*" : random.pick(numbers).name;
  const words = fill(random.pick(name === "count" ? countings : measures[name]), {
    table: table.name,
    column,
    filter: asClause(filter),
  });
  const aggregate = { name, column };
  const statement: Select = { kind: "select", columns: [], aggregate, table: table.name, ...ifAny(filter) };
  return { statement, words, answer: "number", columns: [], table: table.name };
}

function inventGroups(random: Random, table: Table, filter: Filter | undefined): Request {
  const group = random.pick(table.columns.filter((column) => column.type === "text")).name;
  const groupsAbove = random.unit() < 0.35 ? random.below(9) + 2 : undefined;
  const words = fill(random.pick(groupings), {
    table: table.name,
    group,
    filter: asClause(filter),
    tail: groupsAbove === undefined ? "" : `, ${fill(bigGroups, { count: String(groupsAbove) })}`,
  });
  const statement: Select = {
    kind: "select",
    columns: [group],
    aggregate: { name: "count", column: "*" },
    table: table.name,
    ...ifAny(filter),
    group,
    ...(groupsAbove === undefined ? {} : { groupsAbove }),
  };
  return { statement, words, answer: "groups", columns: [group], table: table.name };
}

function inventChange(random: Random, table: Table, names: FreshNames): Request {
  const given = { answer: "change", columns: [], table: table.name } as const;
  const roll = random.unit();
  if (roll < 0.3) {
    const columns = some(random, table, random.below(2) + 2).map((column) => column.name);
    const values = columns.map(parameter);
    const said = { table: table.name, columns: listed(columns), values: listed(values.map(spoken)) };
    const statement: Statement = { kind: "insert", table: table.name, columns, values };
    return { ...given, statement, words: fill(random.pick(additions), said) };
  }
  if (roll < 0.5) {
    const { where, words } = inventFilter(random, table, names);
    const said = fill(random.pick(removals), { table: table.name, filter: words });
    return { ...given, statement: { kind: "delete", table: table.name, where }, words: said };
  }
  const column = random.pick(table.columns).name;
  const value = parameter(names.take(random.unit() < 0.5 ? column : `new_${column}`));
  const { where, words } = inventFilter(random, table, names, { avoid: [column], most: 2 });
  const said = { table: table.name, column, value: spoken(value), filter: words };
  const statement: Statement = { kind: "update", table: table.name, set: { column, value }, where };
  return { ...given, statement, words: fill(random.pick(changes), said) };
}

/** One request at random to a schema with at least one link; nearly nine in ten have a where clause. */
export function inventRequest(random: Random, schema: Schema = exampleSchema): Request {
  const names = new FreshNames();
  const table = random.pick(schema.tables);
  const roll = random.unit();
  if (roll < 0.08) return inventChange(random, table, names);
  if (roll < 0.14) return inventJoin(random, schema, names);
  const filter = random.unit() < 0.92 ? inventFilter(random, table, names) : undefined;
  if (roll < 0.28) return inventNumber(random, table, filter);
  if (roll < 0.33) return inventGroups(random, table, filter);
  return inventRead(random, table, names, filter);
}
