/** Statements of the pretraining world and the phrases that ask for them. Its phrases are not the example world's. */
import type { Random } from "../../src/foundation/random";
import type { Aggregate, Condition, Operator, Select, Statement, Value, Where } from "../../examples/generator/sql";
import { fill, listed } from "../../examples/generator/template";
import type { SampleNames } from "./names";

export interface Query {
  readonly statement: Statement;
  /** A verb phrase without a capital or a full stop. */
  readonly words: string;
  readonly answer: "many" | "one" | "nothing";
}

export const comparisonPhrases: Readonly<Record<Operator, readonly string[]>> = {
  "=": ["{column} equal to {a}", "{column} = {a}", "{column} the same as {a}", "{column} being {a}", "{a} as {column}"],
  "!=": ["{column} not equal to {a}", "{column} other than {a}", "{column} != {a}", "a {column} unlike {a}"],
  ">": [
    "{column} greater than {a}",
    "{column} over {a}",
    "{column} > {a}",
    "{column} bigger than {a}",
    "more {column} than {a}",
  ],
  "<": [
    "{column} less than {a}",
    "{column} smaller than {a}",
    "{column} < {a}",
    "{column} lower than {a}",
    "less {column} than {a}",
  ],
  ">=": [
    "{column} greater than or equal to {a}",
    "{column} >= {a}",
    "{column} from {a} upwards",
    "{column} not smaller than {a}",
  ],
  "<=": ["{column} less than or equal to {a}", "{column} <= {a}", "{column} up to {a}", "{column} not larger than {a}"],
  like: ["{column} like {a}", "{column} similar to {a}", "{column} with the pattern {a}"],
  between: ["{column} between {a} and {b}", "{column} from {a} to {b}", "{column} in the range {a} to {b}"],
  in: ["{column} in {a}", "{column} among {a}", "{column} contained in {a}"],
  "is null": ["{column} null", "no {column}", "an empty {column}", "{column} unset"],
  "is not null": ["{column} not null", "some {column}", "a {column} present", "{column} set"],
};

export const filterPhrases = [
  "with {conditions}",
  "having {conditions}",
  "where the filter is {conditions}",
  "restricted to {conditions}",
  "( {conditions} )",
  "such that it has {conditions}",
  "filtered on {conditions}",
  "limited to those with {conditions}",
] as const;

export const readPhrases = [
  "select {columns} from {table}{filter}{tail}",
  "get {columns} of {table}{filter}{tail}",
  "fetch {columns} from the table {table}{filter}{tail}",
  "retrieve {columns} in {table}{filter}{tail}",
  "query {table}{filter} for {columns}{tail}",
  "obtain the fields {columns} from {table}{filter}{tail}",
  "from {table} take {columns}{filter}{tail}",
  "list the {columns} entries of {table}{filter}{tail}",
  "search {table} for {columns}{filter}{tail}",
] as const;

export const joinPhrases = [
  "select {columns} from {table} joined to {other} on {key}{filter}{tail}",
  "join {table} and {other} by their {key} to get {columns}{filter}{tail}",
  "combine {table} with {other} using {key}, fetching {columns}{filter}{tail}",
] as const;

export const aggregatePhrases: Readonly<Record<Aggregate, readonly string[]>> = {
  count: [
    "get the number of records in {table}{filter}",
    "compute the size of {table}{filter}",
    "query the {table} count{filter}",
  ],
  sum: ["get the total {column} of {table}{filter}", "compute the sum of {column} in {table}{filter}"],
  avg: ["get the mean {column} of {table}{filter}", "compute the average of {column} from {table}{filter}"],
  max: ["get the maximum {column} of {table}{filter}", "compute the greatest {column} from {table}{filter}"],
  min: ["get the minimum {column} of {table}{filter}", "compute the least {column} from {table}{filter}"],
};

export const groupPhrases = [
  "group {table} on {group} and count each{filter}{tail}",
  "get {group} and the number of records from {table}{filter} for each {group}{tail}",
  "select {group} with its frequency in {table}{filter}{tail}",
] as const;

export const updatePhrases = [
  "update {table}, setting {column} to {value}, {filter}",
  "set {column} = {value} on {table} {filter}",
  "modify {column} of {table} to be {value} {filter}",
] as const;
export const deletePhrases = [
  "delete from {table} {filter}",
  "remove the {table} entries {filter}",
  "erase records in {table} {filter}",
] as const;
export const insertPhrases = [
  "insert {values} into {columns} of {table}",
  "create an entry in {table}, {columns} being {values}",
  "save a {table} record with fields {columns} and contents {values}",
] as const;

export const orderPhrases = {
  ascending: ["order by {column}", "in ascending order of {column}", "ordered on {column}", "sort by {column}"],
  descending: [
    "order by {column} descending",
    "in descending order of {column}",
    "ordered from high to low {column}",
    "reverse sort on {column}",
  ],
} as const;
export const limitPhrases = [
  "limit {count}",
  "the first {count} only",
  "top {count}",
  "no more than {count} results",
] as const;
export const distinctPhrases = ["distinct {columns}", "unique {columns}"] as const;
export const groupLimitPhrases = ["when a group has over {count} members", "for counts greater than {count}"] as const;
const allPhrases = ["all columns", "everything", "*", "all fields", "the full records"];

const said = (value: Value): string =>
  value.kind === "parameter" ? `$${value.name}$` : value.kind === "number" ? value.text : `'${value.text}'`;

const constant = (random: Random): Value => ({
  kind: "number",
  text: String(random.unit() < 0.5 ? random.below(18) + 2 : random.below(980) + 20),
});

function inventValue(random: Random, names: SampleNames, column: string, numeric: boolean): Value {
  const roll = random.unit();
  if (roll < 0.15 && numeric) return constant(random);
  if (roll < 0.1) return { kind: "text", text: names.word() };
  if (roll < 0.45) return { kind: "parameter", name: column };
  return { kind: "parameter", name: names.next((name) => (random.unit() < 0.25 ? `${name}_${column}` : name)) };
}

const operators: readonly Operator[] = [
  ..."= = = = != > > < < >= <=".split(" ").map((text) => text as Operator),
  "like",
  "between",
  "in",
  "is null",
  "is not null",
];

function inventWhere(random: Random, names: SampleNames, known: readonly string[]): { where: Where; words: string } {
  const roll = random.unit();
  const count = roll < 0.6 ? 1 : roll < 0.9 ? 2 : 3;
  const connective = count > 1 && random.unit() < 0.35 ? "or" : "and";
  const used = new Set<string>();
  const phrases: string[] = [];
  const conditions: Condition[] = [];
  for (let i = 0; i < count; i++) {
    const reused = random.unit() < 0.25 && known.length > 0 ? random.pick(known) : names.next();
    const column = used.has(reused) ? names.next() : reused;
    used.add(column);
    const operator = random.pick(operators);
    const numeric = "<>=!".includes(operator[0] ?? "");
    const size = operator === "between" ? 2 : operator.startsWith("is") ? 0 : 1;
    const values: Value[] =
      size === 2
        ? [names.next(), names.next()].map((name) => ({ kind: "parameter", name }))
        : size === 1
          ? [
              operator === "in"
                ? { kind: "parameter", name: names.next() }
                : inventValue(random, names, column, numeric),
            ]
          : [];
    const [a, b] = values.map(said);
    phrases.push(fill(random.pick(comparisonPhrases[operator]), { column, a: a ?? "", b: b ?? "" }));
    conditions.push({ column, operator, values });
  }
  const words = fill(random.pick(filterPhrases), { conditions: phrases.join(` ${connective} `) });
  return { where: { connective, conditions }, words };
}

function inventTail(
  random: Random,
  names: SampleNames,
  columns: readonly string[],
): { clauses: Pick<Select, "order" | "limit">; words: string } {
  let clauses: Pick<Select, "order" | "limit"> = {};
  const phrases: string[] = [];
  if (random.unit() < 0.32) {
    const column = columns.length > 0 && random.unit() < 0.4 ? random.pick(columns) : names.next();
    const descending = random.unit() < 0.5;
    phrases.push(fill(random.pick(orderPhrases[descending ? "descending" : "ascending"]), { column }));
    clauses = { order: { column, descending } };
  }
  if (random.unit() < 0.2) {
    const limit: Value = random.unit() < 0.3 ? { kind: "parameter", name: names.next() } : constant(random);
    phrases.push(fill(random.pick(limitPhrases), { count: said(limit) }));
    clauses = { ...clauses, limit };
  }
  return { clauses, words: phrases.map((phrase) => `, ${phrase}`).join("") };
}

function inventSelect(random: Random, names: SampleNames): Query {
  const table = names.table();
  const roll = random.unit();
  const joined = roll < 0.1;
  const columns = names.several(joined ? 2 : random.unit() < 0.2 ? 0 : random.below(3) + 1);
  const filter = random.unit() < 0.75 ? inventWhere(random, names, columns) : undefined;
  const clauses = filter ? { where: filter.where } : {};
  const clause = filter ? ` ${filter.words}` : "";
  if (roll >= 0.1 && roll < 0.25) {
    const name = random.pick(["count", "count", "sum", "avg", "max", "min"] as const);
    const column = name === "count" ? "*" : names.next();
    const words = fill(random.pick(aggregatePhrases[name]), { table, column, filter: clause });
    return {
      statement: { kind: "select", columns: [], aggregate: { name, column }, table, ...clauses },
      words,
      answer: "one",
    };
  }
  if (roll >= 0.25 && roll < 0.33) {
    const group = names.next();
    const above = random.unit() < 0.3 ? { groupsAbove: random.below(40) + 2 } : {};
    const tail =
      above.groupsAbove === undefined
        ? ""
        : `, ${fill(random.pick(groupLimitPhrases), { count: String(above.groupsAbove) })}`;
    const words = fill(random.pick(groupPhrases), { table, group, filter: clause, tail });
    const aggregate = { name: "count", column: "*" } as const;
    return {
      statement: { kind: "select", columns: [group], aggregate, table, ...clauses, group, ...above },
      words,
      answer: "many",
    };
  }
  const tail = inventTail(random, names, columns);
  const distinct = columns.length > 0 && random.unit() < 0.12;
  const plain = columns.length === 0 ? random.pick(allPhrases) : listed(columns);
  const slots = {
    table,
    columns: distinct ? fill(random.pick(distinctPhrases), { columns: plain }) : plain,
    filter: clause,
    tail: tail.words,
  };
  const select: Select = { kind: "select", distinct, columns, table, ...clauses, ...tail.clauses };
  if (!joined) return { statement: select, words: fill(random.pick(readPhrases), slots), answer: "many" };
  const join = { table: names.table(), column: names.next() };
  const words = fill(random.pick(joinPhrases), { ...slots, other: join.table, key: join.column });
  return { statement: { ...select, join }, words, answer: "many" };
}

function inventChange(random: Random, names: SampleNames): Query {
  const table = names.table();
  const roll = random.unit();
  if (roll < 0.35) {
    const columns = names.several(random.below(3) + 1);
    const values = columns.map((column) => inventValue(random, names, column, true));
    const words = fill(random.pick(insertPhrases), {
      table,
      columns: listed(columns),
      values: listed(values.map(said)),
    });
    return { statement: { kind: "insert", table, columns, values }, words, answer: "nothing" };
  }
  const { where, words: filter } = inventWhere(random, names, []);
  if (roll < 0.6)
    return {
      statement: { kind: "delete", table, where },
      words: fill(random.pick(deletePhrases), { table, filter }),
      answer: "nothing",
    };
  const column = names.next();
  const value = inventValue(random, names, names.next(), true);
  const words = fill(random.pick(updatePhrases), { table, column, value: said(value), filter });
  return { statement: { kind: "update", table, set: { column, value }, where }, words, answer: "nothing" };
}

/** A statement at random with the words that ask for it. */
export const inventQuery = (random: Random, names: SampleNames): Query =>
  random.unit() < 0.82 ? inventSelect(random, names) : inventChange(random, names);
