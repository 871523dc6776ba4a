/**
 * A small model of SQL statements and how they are written: tokens apart by spaces, as in tokenised code corpora. Which
 * statement is asked for, in which words and with which placeholders, is each world's own business.
 */

export type Value =
  | { readonly kind: "parameter"; readonly name: string }
  | { readonly kind: "number"; readonly text: string }
  | { readonly kind: "text"; readonly text: string };

export type Operator = "=" | "!=" | ">" | "<" | ">=" | "<=" | "like" | "between" | "in" | "is null" | "is not null";

export interface Condition {
  readonly column: string;
  readonly operator: Operator;
  /** None for the null tests, two for `between`, else one. */
  readonly values: readonly Value[];
}

export interface Where {
  readonly connective: "and" | "or";
  /** At least one. */
  readonly conditions: readonly Condition[];
}

export type Aggregate = "count" | "sum" | "avg" | "max" | "min";

export interface Select {
  readonly kind: "select";
  readonly distinct?: boolean;
  readonly aggregate?: { readonly name: Aggregate; readonly column: string };
  /** Plain columns; none and no aggregate means all of them. */
  readonly columns: readonly string[];
  readonly table: string;
  readonly join?: { readonly table: string; readonly column: string };
  readonly where?: Where;
  readonly group?: string;
  /** Only groups with more rows than this. */
  readonly groupsAbove?: number;
  readonly order?: { readonly column: string; readonly descending: boolean };
  readonly limit?: Value;
}

export interface Update {
  readonly kind: "update";
  readonly table: string;
  readonly set: { readonly column: string; readonly value: Value };
  readonly where: Where;
}

export interface Delete {
  readonly kind: "delete";
  readonly table: string;
  readonly where: Where;
}

export interface Insert {
  readonly kind: "insert";
  readonly table: string;
  readonly columns: readonly string[];
  readonly values: readonly Value[];
}

export type Statement = Select | Update | Delete | Insert;

/** How a world writes the parameter `name` inside SQL, for instance `: name` or `?`. */
export type Placeholder = (name: string) => string;

const valueText = (value: Value | undefined, placeholder: Placeholder): string => {
  if (value === undefined) throw new RangeError("the condition lacks a value");
  if (value.kind === "parameter") return placeholder(value.name);
  return value.kind === "number" ? value.text : `'${value.text}'`;
};

function conditionText(condition: Condition, placeholder: Placeholder): string {
  const { column, operator, values } = condition;
  const [first, second] = values;
  switch (operator) {
    case "is null":
    case "is not null":
      return `${column} ${operator}`;
    case "between":
      return `${column} between ${valueText(first, placeholder)} and ${valueText(second, placeholder)}`;
    default:
      return `${column} ${operator} ${valueText(first, placeholder)}`;
  }
}

function whereText(where: Where | undefined, placeholder: Placeholder): string {
  if (where === undefined) return "";
  return ` where ${where.conditions.map((c) => conditionText(c, placeholder)).join(` ${where.connective} `)}`;
}

function selectText(select: Select, placeholder: Placeholder): string {
  const { aggregate, join, group, groupsAbove, order, limit } = select;
  const columns = [...select.columns, ...(aggregate ? [`${aggregate.name} ( ${aggregate.column} )`] : [])];
  let text = `select ${select.distinct ? "distinct " : ""}${columns.length > 0 ? columns.join(" , ") : "*"}`;
  text += ` from ${select.table}`;
  if (join) text += ` join ${join.table} on ${select.table} . ${join.column} = ${join.table} . ${join.column}`;
  text += whereText(select.where, placeholder);
  if (group !== undefined) text += ` group by ${group}`;
  if (groupsAbove !== undefined) text += ` having count ( * ) > ${groupsAbove}`;
  if (order) text += ` order by ${order.column}${order.descending ? " desc" : ""}`;
  if (limit) text += ` limit ${valueText(limit, placeholder)}`;
  return text;
}

/** The statement as SQL, tokens apart by one space. */
export function sqlText(statement: Statement, placeholder: Placeholder): string {
  switch (statement.kind) {
    case "select":
      return selectText(statement, placeholder);
    case "update": {
      const { table, set, where } = statement;
      return `update ${table} set ${set.column} = ${valueText(set.value, placeholder)}${whereText(where, placeholder)}`;
    }
    case "delete":
      return `delete from ${statement.table}${whereText(statement.where, placeholder)}`;
    case "insert": {
      const values = statement.values.map((value) => valueText(value, placeholder)).join(" , ");
      return `insert into ${statement.table} ( ${statement.columns.join(" , ")} ) values ( ${values} )`;
    }
  }
}

/** The statement's parameters in the order in which the SQL text names them. */
export function parametersOf(statement: Statement): string[] {
  const names: string[] = [];
  sqlText(statement, (name) => {
    names.push(name);
    return name;
  });
  return names;
}
