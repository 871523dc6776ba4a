/** What a file format must tell of its records; everything else (columns, positions, copies) works through this. */
import type { ColumnPlan, FieldPlan } from "./columns";
import type { RawRecord } from "./raw-record";
import type { DatasetFormat } from "./sample";
import type { TextStore } from "./text-store";

export interface Texts {
  readonly input: string;
  readonly output: string;
}

/** How text is written down: a JSON string, a quoted CSV field, or as it is. */
export type Coding = "json" | "quoted" | "plain";

/** Where one part of a field stands in its record: UTF-16 offsets of the coded text in `raw`, without quotes. */
export interface Part {
  readonly start: number;
  readonly end: number;
  readonly coding: Coding;
}

export interface RecordParts {
  /** The record's text as it stands in the file. */
  readonly raw: string;
  /** The parts of the field, in order; a line break joins their texts. */
  readonly parts: readonly Part[];
}

export interface Layout {
  readonly format: DatasetFormat;
  /** Whether each record has columns of its own, and a field can come from chat turns. */
  readonly isJson: boolean;
  /** What ends a line, for places in the file: as VS Code shows it, but in JSONL only what ends a record. */
  readonly lineBreak: RegExp;
  records(): Generator<RawRecord>;
  /** The columns that a record holds, or why it cannot be read. */
  columnsIn(record: RawRecord): readonly string[] | string;
  /** The texts of a record, or why they cannot be read. Those of a given store may share strings. */
  read(record: RawRecord, plan: ColumnPlan, store?: TextStore): Texts | string;
  /** Where a field of a record stands that `read` took. */
  partsOf(record: RawRecord, field: FieldPlan): RecordParts;
  /** The text of a part, given as it is coded. */
  decode(code: string, part: Part): string;
  /** `text` written so that it can replace a part of a record. `raw` is the record's text. */
  encode(
    text: string,
    part: Part,
    raw: string,
  ): { readonly start: number; readonly end: number; readonly code: string };
}

/** What joins the parts of a field. */
export const JOINT = "\n";
