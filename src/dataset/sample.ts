/** What every reader gives and every other floor consumes: samples whose fields know where they stand in the file. */
import type { Compression } from "./unpack";

export type DatasetFormat = "csv" | "tsv" | "jsonl" | "json" | "parquet" | "paired";

/**
 * A place in a file. `byte` counts from 0 (in a compressed file: in what it unpacks to); `line` and `column` from 1, `column` in
 * UTF-16 units as VS Code shows it. In Parquet, which has no lines: byte 0, column 1 and the row's number from 1 as the line.
 */
export interface FilePosition {
  readonly byte: number;
  readonly line: number;
  readonly column: number;
}

/** A decoded text field of a sample. */
export interface Field {
  /** The column's name; for chat data `messages`. */
  readonly column: string;
  /** The decoded text: JSON escapes and CSV quotes resolved. Integer and boolean labels are written as they stand. */
  readonly text: string;
  /** The file that holds it, where that is not the dataset's `path`: the output's side of paired text. */
  readonly file?: string | undefined;
  /**
   * Where UTF-16 offset `offset` of `text` stands in the file (0 to `text.length`), through escapes and quotes.
   * Throws a RangeError outside of that.
   */
  locate(offset: number): FilePosition;
}

export interface Sample {
  /** Record number in file order from 0; skipped records are counted too. */
  readonly row: number;
  /** 1-based line on which the record starts. */
  readonly line: number;
  readonly input: Field;
  readonly output: Field;
}

export interface SkippedRecord {
  readonly row: number;
  readonly line: number;
  readonly reason: string;
}

export interface Dataset {
  readonly path: string;
  /** Of paired text, the file of the outputs; `path` is that of the inputs. */
  readonly outputPath?: string | undefined;
  readonly format: DatasetFormat;
  /** How the file is compressed as a whole; absent where it is not. */
  readonly compression?: Compression | undefined;
  /** Of the file's bytes, hexadecimal; of paired text, of the two files' hashes in turn. */
  readonly sha256: string;
  /** Size of the file; of paired text, of both. */
  readonly bytes: number;
  /** All records, read and skipped. */
  readonly rows: number;
  readonly columns: { readonly input: string; readonly output: string };
  readonly samples: readonly Sample[];
  readonly skipped: readonly SkippedRecord[];
}
