/** A dataset that was opened from a file, with what copies and positions need of the file. */
import type { ColumnPlan, FieldPlan } from "./columns";
import type { Layout, Texts } from "./layout";
import { PositionMap } from "./positions";
import type { RawRecord } from "./raw-record";
import type { Dataset, Field, FilePosition, Sample } from "./sample";
import { placeInFile, type Source } from "./source";

export class OpenedFile {
  /** The field that was asked last: findings come field by field, and each asks for several places. */
  private last: { readonly field: FileField; readonly map: PositionMap } | null = null;

  constructor(
    readonly source: Source,
    readonly layout: Layout,
    readonly plan: ColumnPlan,
    readonly records: readonly RawRecord[],
    /** Where the first byte of `source` stands in the file, if that is a window of it. */
    private readonly origin = 0,
  ) {}

  locate(field: FileField, record: RawRecord, plan: FieldPlan, offset: number): FilePosition {
    if (this.last?.field !== field) {
      this.last = { field, map: new PositionMap(record, this.layout.partsOf(record, plan), this.layout.lineBreak) };
    }
    const place = this.last.map.locate(offset);
    const byte = placeInFile(this.source, place.byte) + this.origin;
    return byte === place.byte ? place : { ...place, byte };
  }
}

class FileField implements Field {
  constructor(
    private readonly opened: OpenedFile,
    private readonly record: RawRecord,
    private readonly side: "input" | "output",
    private readonly texts: Texts,
  ) {}

  get text(): string {
    return this.texts[this.side];
  }

  private get plan(): FieldPlan {
    return this.opened.plan[this.side];
  }

  get column(): string {
    return this.plan.label;
  }

  get file(): string {
    return this.opened.source.path;
  }

  locate(offset: number): FilePosition {
    if (!Number.isInteger(offset) || offset < 0 || offset > this.text.length) {
      throw new RangeError(`offset ${offset} in a text of ${this.text.length} units`);
    }
    return this.opened.locate(this, this.record, this.plan, offset);
  }
}

/** Its fields are made when they are asked for: a file has millions of them. */
class FileSample implements Sample {
  private inputField: Field | null = null;
  private outputField: Field | null = null;

  constructor(
    private readonly opened: OpenedFile,
    private readonly record: RawRecord,
    private readonly texts: Texts,
  ) {}

  get row(): number {
    return this.record.row;
  }

  get line(): number {
    return this.record.line;
  }

  get input(): Field {
    return (this.inputField ??= new FileField(this.opened, this.record, "input", this.texts));
  }

  get output(): Field {
    return (this.outputField ??= new FileField(this.opened, this.record, "output", this.texts));
  }
}

export const fileSample = (file: OpenedFile, record: RawRecord, texts: Texts): Sample =>
  new FileSample(file, record, texts);

const opened = new WeakMap<Dataset, OpenedFile>();

export function rememberFile(dataset: Dataset, file: OpenedFile): void {
  opened.set(dataset, file);
}

/** The file behind a dataset. Throws a RangeError for one that `openDataset` did not give. */
export function fileOf(dataset: Dataset): OpenedFile {
  const file = opened.get(dataset);
  if (file === undefined) throw new RangeError(`${dataset.path} was not opened from a file`);
  return file;
}
