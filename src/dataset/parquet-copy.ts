/** Copies of a Parquet file that was read whole: some of its rows, or all of them with new texts in some. */
import type { SchemaElement } from "hyparquet";
import type { FileContent } from "../foundation/atomic-write";
import { Failure } from "../foundation/failure";
import type { ColumnPlan, FieldPlan } from "./columns";
import type { DatasetWriter } from "./copies";
import { divide, requireRows, type FieldChanges } from "./copy";
import { ParquetProblem } from "./parquet-check";
import { openParquetFile, type RandomBytes } from "./parquet-file";
import { copyPieces, type Row } from "./parquet-pieces";
import type { Dataset } from "./sample";
import { sampleNumber } from "./sample-number";
import { packedFor } from "./unpack";

/** A ParquetProblem of a copy as a Failure that names the file; anything else as it is. */
export const asCopyFailure = (error: unknown, file: string): unknown =>
  error instanceof ParquetProblem ? new Failure(`the file cannot be copied: ${error.message}`, { file }) : error;

/** Opens the bytes again for a copy; the function lets go of them. */
export type Reopen = () => Promise<{ readonly bytes: RandomBytes; readonly close: () => Promise<void> }>;

export function parquetWriter(dataset: Dataset, plan: ColumnPlan, reopen: Reopen): DatasetWriter {
  const written = async (
    rows: ReadonlySet<number> | null,
    changes: Changes,
    target: string,
  ): Promise<FileContent[]> => {
    const { bytes, close } = await reopen();
    try {
      const file = await openParquetFile(bytes, true);
      const isWanted = (row: number): boolean => rows?.has(row) ?? true;
      const pieces: Uint8Array[] = [];
      const rewritten = (row: Row, number: number): Row => {
        const entry = changes.get(number);
        return entry === undefined ? row : changedRow(row, number, entry, file.metadata.schema);
      };
      for await (const piece of copyPieces(file, { isWanted, rewritten })) pieces.push(piece);
      return [{ file: target, content: await packedFor(target, Buffer.concat(pieces)) }];
    } catch (error) {
      throw asCopyFailure(error, dataset.path);
    } finally {
      await close();
    }
  };
  return {
    copy(rows, target) {
      requireRows(dataset, dataset.rows, rows);
      return written(rows, new Map(), target);
    },
    rewrite(changes, target) {
      const samples = new Set(dataset.samples.map(({ row }) => row));
      for (const row of changes.keys())
        if (!samples.has(row)) throw new RangeError(`row ${row} of ${dataset.path} is no sample`);
      const all = new Map([...changes].map(([row, change]) => [row, { change, plan, file: dataset.path }]));
      return written(null, all, target);
    },
  };
}

type Changes = ReadonlyMap<number, { readonly change: FieldChanges; readonly plan: ColumnPlan; readonly file: string }>;

/** A row with new texts in its fields. */
function changedRow(
  row: Row,
  number: number,
  { change, plan, file }: { readonly change: FieldChanges; readonly plan: ColumnPlan; readonly file: string },
  schema: readonly SchemaElement[],
): Row {
  let changed = row;
  for (const [field, text] of [
    [plan.input, change.input],
    [plan.output, change.output],
  ] as const) {
    if (text === undefined) continue;
    const next = withText(changed, field, text, schema);
    if (next === null) {
      const what = `the new text of sample ${sampleNumber(number)} does not fit the columns or turns of ${field.label}`;
      throw new Failure(what, { file, line: number + 1 });
    }
    changed = next;
  }
  return changed;
}

const textOf = (value: unknown): string =>
  value instanceof Uint8Array ? Buffer.from(value).toString("utf8") : String(value);

function withText(row: Row, field: FieldPlan, text: string, schema: readonly SchemaElement[]): Row | null {
  if (field.kind === "chat") return withTurns(row, field, text);
  const used = field.names.filter((name, i) => i === 0 || (row[name] != null && textOf(row[name]) !== ""));
  const parts = divide(
    text,
    used.map((name) => textOf(row[name])),
  );
  if (parts === null) return null;
  const changed = { ...row };
  for (const [i, name] of used.entries()) {
    const part = parts[i] ?? "";
    if (part === textOf(row[name])) continue;
    const value = storedAs(part, schema.find((element, at) => at > 0 && element.name === name)?.type);
    if (value === null) return null;
    changed[name] = value;
  }
  return changed;
}

function storedAs(text: string, type: SchemaElement["type"]): unknown {
  if (type === "BYTE_ARRAY") return new Uint8Array(Buffer.from(text));
  if (type === "BOOLEAN") return text === "true" ? true : text === "false" ? false : null;
  if (!/^-?\d{1,18}$/u.test(text)) return null;
  if (type === "INT64") return BigInt(text);
  return type === "INT32" && Math.abs(Number(text)) < 2 ** 31 ? Number(text) : null;
}

function withTurns(row: Row, field: Extract<FieldPlan, { kind: "chat" }>, text: string): Row | null {
  const turns = row[field.name] as readonly Row[];
  const own = turns.filter(({ role, content }) => textOf(role) === field.speaker && content instanceof Uint8Array);
  const parts = divide(
    text,
    own.map(({ content }) => textOf(content)),
  );
  if (parts === null) return null;
  const next = turns.map((turn) => {
    const part = parts[own.indexOf(turn)];
    return part === undefined || part === textOf(turn.content)
      ? turn
      : { ...turn, content: new Uint8Array(Buffer.from(part)) };
  });
  return { ...row, [field.name]: next };
}
