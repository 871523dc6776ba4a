/** Copies the texts of a CSV record off its bytes: without quotes, a doubled quote as one, several columns joined by a line break. */
import { isBeyondAscii, isUnquoted, viewOf, WORD } from "./byte-words";
import { namesOf, type ColumnPlan, type FieldPlan } from "./columns";
import { QUOTE } from "./csv-records";
import type { Texts } from "./layout";
import type { TextStore } from "./text-store";

const LF = 10;

export class CsvTexts {
  private plan: ColumnPlan | null = null;
  /** Indices of the columns of each side. */
  private input: readonly number[] = [];
  private output: readonly number[] = [];
  private readonly view: DataView;
  private target: Buffer;
  private targetView: DataView;
  private written = 0;
  private isAscii = true;
  private readonly spans = { inputFrom: 0, inputTo: 0, outputFrom: 0, outputTo: 0 };

  /** `indexOf` tells which column has a name. */
  constructor(
    private readonly bytes: Buffer,
    private readonly indexOf: (name: string) => number,
  ) {
    this.target = bytes;
    this.view = this.targetView = viewOf(bytes);
  }

  /** The texts of a record of `length` bytes of which `fields` tells where they start and end. */
  read(fields: readonly number[], length: number, plan: ColumnPlan, store: TextStore): Texts {
    if (plan !== this.plan) {
      this.plan = plan;
      this.input = this.columnsOf(plan.input);
      this.output = this.columnsOf(plan.output);
    }
    this.written = store.reserve(length);
    if (this.target !== store.bytes) this.targetView = viewOf((this.target = store.bytes));
    this.isAscii = true;
    const { spans } = this;
    spans.inputFrom = this.written;
    this.write(fields, this.input);
    spans.inputTo = spans.outputFrom = this.written;
    this.write(fields, this.output);
    spans.outputTo = this.written;
    return store.take(spans, this.written, this.isAscii);
  }

  private columnsOf(plan: FieldPlan): number[] {
    return namesOf(plan).map(this.indexOf);
  }

  /** Optional columns count where they hold text. */
  private write(fields: readonly number[], columns: readonly number[]): void {
    for (let i = 0; i < columns.length; i++) {
      const [start, end] = [fields[2 * columns[i]!], fields[2 * columns[i]! + 1]];
      if (start === undefined || end === undefined) throw new RangeError(`no field ${columns[i]}`);
      const isQuoted = this.bytes[start] === QUOTE;
      if (i > 0) {
        if (end - start === (isQuoted ? 2 : 0)) continue;
        this.target[this.written++] = LF;
      }
      if (isQuoted) this.copyQuoted(start + 1, end - 1);
      else this.copy(start, end);
    }
  }

  private copy(from: number, to: number): void {
    const { bytes, view, target, targetView } = this;
    let { written } = this;
    let at = from;
    let all = 0;
    for (; at <= to - WORD; at += WORD) {
      const word = view.getInt32(at, true);
      all |= word;
      targetView.setInt32(written, word, true);
      written += WORD;
    }
    for (; at < to; at++) {
      const byte = bytes[at]!;
      all |= byte;
      target[written++] = byte;
    }
    this.written = written;
    if (isBeyondAscii(all)) this.isAscii = false;
  }

  /** Of two quotes the second is left out; a single one stands nowhere inside. */
  private copyQuoted(from: number, to: number): void {
    const { bytes, view, target, targetView } = this;
    let { written } = this;
    let all = 0;
    for (let at = from; at < to; at++) {
      while (at <= to - WORD) {
        const word = view.getInt32(at, true);
        if (!isUnquoted(word)) break;
        targetView.setInt32(written, word, true);
        written += WORD;
        at += WORD;
      }
      if (at === to) break;
      const byte = bytes[at]!;
      all |= byte;
      target[written++] = byte;
      if (byte === QUOTE) at++;
    }
    this.written = written;
    if (isBeyondAscii(all)) this.isAscii = false;
  }
}
