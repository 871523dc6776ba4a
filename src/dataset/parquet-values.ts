/** From the values of a Parquet row to the texts of its fields. */
import type { SchemaTree } from "hyparquet";
import { turnTexts } from "./chat-turns";
import { quoted, type ColumnPlan, type FieldPlan } from "./columns";
import { JOINT, type Texts } from "./layout";
import { ParquetProblem } from "./parquet-check";
import { INVALID_TEXT } from "./parquet-file";
import type { RowStretch } from "./parquet-rows";
import { MAX_RECORD_BYTES, TOO_LONG } from "./raw-record";

export const columnsOf = (plan: ColumnPlan): readonly string[] => [
  ...new Set([plan.input, plan.output].flatMap((field) => (field.kind === "chat" ? [field.name] : field.names))),
];

export interface Columns {
  readonly schema: SchemaTree;
  readonly stretch: RowStretch;
}

/** The texts of the `index`-th row of a stretch, or why they cannot be read. */
export function textsAt({ schema, stretch }: Columns, plan: ColumnPlan, index: number): Texts | string {
  if (stretch.problem !== null) return stretch.problem;
  const columns = { schema, valueOf: (name: string) => stretch.valueAt(name, index) };
  try {
    const input = textOf(columns, plan.input);
    if (typeof input === "string") return input;
    const output = textOf(columns, plan.output);
    if (typeof output === "string") return output;
    const isLong = input.text.length + output.text.length > MAX_RECORD_BYTES;
    return isLong ? TOO_LONG : { input: input.text, output: output.text };
  } catch (error) {
    if (error instanceof ParquetProblem) return error.message;
    throw error;
  }
}

interface RowValues {
  readonly schema: SchemaTree;
  readonly valueOf: (name: string) => unknown;
}

/** A text in an object; a bare string is why there is none. */
function textOf({ schema, valueOf }: RowValues, plan: FieldPlan): { readonly text: string } | string {
  if (plan.kind === "chat") {
    const turns = valueOf(plan.name);
    if (Array.isArray(turns) && turns.some(holdsInvalid)) return `${quoted(plan.name)} is not valid UTF-8`;
    const texts = turnTexts(turns, plan.name, plan.speaker);
    return typeof texts === "string" ? texts : { text: texts.join(JOINT) };
  }
  const texts: string[] = [];
  for (const [i, name] of plan.names.entries()) {
    const value = valueOf(name);
    if (i > 0 && (value === undefined || value === null || value === "")) continue;
    const text = valueText(value, name, schema);
    if (typeof text === "string") return text;
    texts.push(text.text);
  }
  return { text: texts.join(JOINT) };
}

const holdsInvalid = (turn: unknown): boolean =>
  typeof turn === "object" && turn !== null && Object.values(turn).includes(INVALID_TEXT);

function valueText(value: unknown, name: string, schema: SchemaTree): { readonly text: string } | string {
  if (typeof value === "string") return { text: value };
  if (value === INVALID_TEXT) return `${quoted(name)} is not valid UTF-8`;
  if (value === null || value === undefined) return `${quoted(name)} is null, not text`;
  if (typeof value === "bigint" || typeof value === "boolean") return { text: String(value) };
  if (typeof value === "number") {
    const element = schema.children.find((child) => child.element.name === name)?.element;
    const isInteger = element?.type === "INT32" && element.converted_type !== "DECIMAL";
    return isInteger ? { text: String(value) } : `${quoted(name)} is a number that is no integer`;
  }
  const kind = Array.isArray(value) ? "a list" : value instanceof Date ? "a date" : "an object";
  return `${quoted(name)} is ${kind}, not text`;
}
