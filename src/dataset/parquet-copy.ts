/**
 * Copies of Parquet files: the same schema, key-value metadata and stored values in the chosen rows, in a file written anew (its
 * bytes, row groups, encodings and statistics are its own). What was written is read again and compared before it is given.
 */
import { isDeepStrictEqual } from "node:util";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { parquetSchema, type CompressionCodec, type SchemaElement, type SchemaTree } from "hyparquet";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import type { FileContent } from "../foundation/atomic-write";
import { Failure } from "../foundation/failure";
import { quoted, type ColumnPlan, type FieldPlan } from "./columns";
import type { DatasetWriter } from "./copies";
import { divide, requireRows, type FieldChanges } from "./copy";
import { ParquetProblem } from "./parquet-check";
import { openParquetFile, rawSchema, type ParquetFile, type RandomBytes } from "./parquet-file";
import type { Dataset } from "./sample";
import { sampleNumber } from "./sample-number";
import { packedFor } from "./unpack";

const COMPRESSORS = {
  GZIP: (bytes: Uint8Array) => gzipSync(bytes),
  BROTLI: (bytes: Uint8Array) => brotliCompressSync(bytes),
};

/** A file's own codec where it can be written here, else Snappy. */
function codecFor(codec: CompressionCodec | undefined): CompressionCodec {
  return codec === "UNCOMPRESSED" || codec === "GZIP" || codec === "BROTLI" ? codec : "SNAPPY";
}

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
      return [{ file: target, content: await packedFor(target, await writeRows(file, rows, changes)) }];
    } catch (error) {
      if (!(error instanceof ParquetProblem)) throw error;
      throw new Failure(`the file cannot be copied: ${error.message}`, { file: dataset.path });
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
type Row = Record<string, unknown>;

async function writeRows(file: ParquetFile, rows: ReadonlySet<number> | null, changes: Changes): Promise<Buffer> {
  const { schema, key_value_metadata: kvMetadata, row_groups: groups, created_by: createdBy } = file.metadata;
  const map = parquetSchema({ schema }).children.find(holdsMap);
  if (map !== undefined)
    throw new ParquetProblem(`the column ${quoted(map.element.name)} holds maps, which cannot be written here`);
  const writer = new ByteWriter();
  const parquet = new ParquetWriter({
    writer,
    schema: rawSchema(schema),
    compressors: COMPRESSORS,
    statistics: false,
    ...(kvMetadata === undefined ? {} : { kvMetadata }),
    ...(createdBy === undefined ? {} : { createdBy: `dece-audit, from a file by ${createdBy}` }),
  });
  const kept: Row[] = [];
  for (const group of file.groups) {
    const chosen = Array.from({ length: group.rows }, (_, i) => i).filter((i) => rows?.has(group.first + i) ?? true);
    if (chosen.length === 0) continue;
    const values = await file.read(group, file.columns, group.rows);
    const picked = chosen.map((i): Row => {
      const row = Object.fromEntries(file.columns.map((name, column) => [name, values[column]?.[i] as unknown]));
      const entry = changes.get(group.first + i);
      return entry === undefined ? row : changedRow(row, group.first + i, entry, schema);
    });
    kept.push(...picked);
    const codec = codecFor(groups[group.index]?.columns[0]?.meta_data?.codec);
    const columnData = file.columns.map((name) => ({ name, codec, data: picked.map((row) => row[name]) }));
    await writing(() => parquet.write({ columnData, rowGroupSize: picked.length }));
  }
  // The values were written as they are stored; the footer says what they stand for, as the file's own does.
  parquet.schema = schema.map(writableElement);
  await writing(() => parquet.finish());
  const content = Buffer.from(writer.getBytes());
  await requireSame(content, kept);
  return content;
}

/** The writer spells integers' logical type in a way that other readers refuse; the converted type says the same. */
function writableElement({ logical_type: logical, ...element }: SchemaElement): SchemaElement {
  if (logical?.type !== "INTEGER") return logical === undefined ? element : { ...element, logical_type: logical };
  const converted = `${logical.isSigned ? "" : "U"}INT_${logical.bitWidth}` as SchemaElement["converted_type"] & string;
  return { ...element, converted_type: converted };
}

/** Maps lose the order of their keys, and keys that stand twice, when they are read. */
const holdsMap = ({ element, children }: SchemaTree): boolean =>
  element.converted_type === "MAP" || element.logical_type?.type === "MAP" || children.some(holdsMap);

async function writing(write: () => unknown): Promise<void> {
  try {
    await write();
  } catch {
    throw new ParquetProblem("it holds values of a kind that cannot be written here");
  }
}

/** Reads what was written and compares it, value by value. */
async function requireSame(content: Buffer, kept: readonly Row[]): Promise<void> {
  const bytes = {
    length: content.length,
    read: (start: number, end: number) => Promise.resolve(content.subarray(start, end)),
  };
  const copy = await openParquetFile(bytes, true);
  let at = 0;
  for (const group of copy.groups) {
    const values = await copy.read(group, copy.columns, group.rows);
    for (let i = 0; i < group.rows; i++, at++) {
      const row = kept[at];
      const other = copy.columns.find((name, column) => !isSameValue(values[column]?.[i], row?.[name]));
      if (other === undefined) continue;
      throw new ParquetProblem(`the column ${quoted(other)} holds values that cannot be written without a change`);
    }
  }
  if (at !== kept.length) throw new ParquetProblem("not all of its rows can be written");
}

const isSameValue = (a: unknown, b: unknown): boolean =>
  a === b || ((a === null || a === undefined) && (b === null || b === undefined)) || isDeepStrictEqual(a, b);

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
