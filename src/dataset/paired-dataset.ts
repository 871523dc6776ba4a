/** Opens paired text: line N of the one file is the input of row N - 1, line N of the other its output. Blank lines count. */
import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import path from "node:path";
import { Failure, throwIfCancelled } from "../foundation/failure";
import type { ColumnPlan, NamedColumns } from "./columns";
import { rememberWriter } from "./copies";
import { linesOf, rewriteRecords } from "./copy";
import type { Layout } from "./layout";
import { fileSample, OpenedFile } from "./opened";
import { pairOf, pairTargets, type FilePair } from "./pairs";
import { MAX_RECORD_BYTES, TOO_LONG, type RawRecord } from "./raw-record";
import type { Dataset, Sample, SkippedRecord } from "./sample";
import { sampleNumber } from "./sample-number";
import { invalidText, readSource, sizeOf, type Source } from "./source";
import { UnreadableDataset } from "./unreadable";
import { packedFor } from "./unpack";

const LF = 10;
const CR = 13;

/** The lines of a file, blank ones included. Lines end at LF or CRLF; a line ending at the end of the file begins no other. */
function* lines({ bytes, start }: Source): Generator<RawRecord> {
  let row = 0;
  for (let next = start; next < bytes.length; row++) {
    const from = next;
    const newline = bytes.indexOf(LF, from);
    let end = newline === -1 ? bytes.length : newline;
    next = end + 1;
    if (end > from && bytes[end - 1] === CR) end--;
    const problem = end - from > MAX_RECORD_BYTES ? TOO_LONG : null;
    yield { row, line: row + 1, column: 1, start: from, end, problem };
  }
}

function lineLayout(source: Source): Layout {
  const textOf = ({ start, end }: RawRecord): string => source.bytes.toString("utf8", start, end);
  return {
    format: "paired",
    isJson: false,
    lineBreak: /\n/gu,
    records: () => lines(source),
    columnsIn: () => [],
    read(record) {
      if (record.problem !== null) return record.problem;
      if (!source.isUtf8 && !isUtf8(source.bytes.subarray(record.start, record.end))) return invalidText(source);
      const text = textOf(record);
      return { input: text, output: text };
    },
    partsOf(record) {
      const raw = textOf(record);
      return { raw, parts: [{ start: 0, end: raw.length, coding: "plain" }] };
    },
    decode: (code) => code,
    encode: (text, { start, end }) => ({ start, end, code: text }),
  };
}

interface Side {
  readonly source: Source;
  readonly records: readonly RawRecord[];
  readonly file: OpenedFile;
}

async function readSide(file: string, plan: ColumnPlan, signal?: AbortSignal): Promise<Side> {
  const source = await readSource(file, signal);
  const layout = lineLayout(source);
  const records = [...layout.records()];
  const { damage } = source.wrapping ?? { damage: null };
  const last = records.at(-1);
  // Its end may be missing.
  if (damage !== null && last !== undefined) records[records.length - 1] = { ...last, problem: damage };
  return { source, records, file: new OpenedFile(source, layout, plan, records) };
}

/** Opens the pair that `file` is one side of. Throws as `openDataset` does, and an UnreadableDataset where a side is missing. */
export async function openPaired(
  file: string,
  options: NamedColumns & { readonly signal?: AbortSignal | undefined },
): Promise<Dataset> {
  const pair = pairOf(file, options);
  if (pair === null) {
    throw new UnreadableDataset(
      "the other file of the pair is missing",
      {
        file,
        remedy: "Put it beside this one, under the same name with the other ending (.src and .tgt, .buggy and .fixed)",
      },
      { format: "paired", sha256: null, bytes: 0, rows: 0, skipped: [] },
    );
  }
  requireNamed(pair, options);
  const plan = planOf(pair);
  const input = await readSide(pair.input, plan, options.signal);
  const output = await readSide(pair.output, plan, options.signal);
  throwIfCancelled(options.signal);
  const samples: Sample[] = [];
  const skipped: SkippedRecord[] = [];
  const rows = Math.max(input.records.length, output.records.length);
  for (let row = 0; row < rows; row++) {
    const sample = sampleAt(input, output, row);
    if (typeof sample === "string") skipped.push({ row, line: row + 1, reason: sample });
    else samples.push(sample);
  }
  const facts = {
    format: "paired",
    sha256: createHash("sha256").update(input.source.sha256).update(output.source.sha256).digest("hex"),
    bytes: sizeOf(input.source) + sizeOf(output.source),
    rows,
    skipped,
  } as const;
  const [first] = skipped;
  if (samples.length === 0) {
    const what = `none of the ${rows} records can be read${first === undefined ? "" : `: ${first.reason}`}`;
    throw new UnreadableDataset(what, { file: pair.input, remedy: "Check both files" }, facts);
  }
  const dataset: Dataset = { path: pair.input, outputPath: pair.output, columns: pair.columns, samples, ...facts };
  rememberWriter(dataset, pairedWriter(pair, input, output));
  return dataset;
}

function requireNamed({ columns, input }: FilePair, named: NamedColumns): void {
  const wrong =
    named.input !== undefined && named.input !== columns.input
      ? named.input
      : named.output !== undefined && named.output !== columns.output
        ? named.output
        : undefined;
  if (wrong === undefined) return;
  throw new Failure(`there is no side "${wrong}"; the sides are ${columns.input} and ${columns.output}`, {
    file: input,
    remedy: "Name the endings of the two files, or leave the flags out",
    usage: true,
  });
}

function planOf({ columns }: FilePair): ColumnPlan {
  return {
    input: { kind: "columns", label: columns.input, names: [columns.input] },
    output: { kind: "columns", label: columns.output, names: [columns.output] },
  };
}

/** The sample of a row, or why there is none. */
function sampleAt(input: Side, output: Side, row: number): Sample | string {
  const [from, to] = [input.records[row], output.records[row]];
  if (from === undefined || to === undefined) {
    const [shorter, longer] = from === undefined ? [input, output] : [output, input];
    const [short, long] = [shorter, longer].map(({ source }) => path.basename(source.path));
    return `${short} has only ${shorter.records.length} of the ${longer.records.length} lines that ${long} has`;
  }
  const texts = [input.file.layout.read(from, input.file.plan), output.file.layout.read(to, output.file.plan)] as const;
  for (const [i, side] of [input, output].entries()) {
    const text = texts[i];
    if (typeof text === "string") return `${path.basename(side.source.path)}: ${text}`;
  }
  const [first, second] = texts;
  if (typeof first === "string" || typeof second === "string") throw new RangeError(`row ${row}`);
  return {
    row,
    line: from.line,
    input: fileSample(input.file, from, first).input,
    output: fileSample(output.file, to, second).output,
  };
}

function pairedWriter(pair: FilePair, input: Side, output: Side): Parameters<typeof rememberWriter>[1] {
  const both = async (target: string, contentOf: (side: Side, which: "input" | "output") => Buffer) => {
    const targets = pairTargets(target, pair.columns);
    return [
      { file: targets.input, content: await packedFor(targets.input, contentOf(input, "input")) },
      { file: targets.output, content: await packedFor(targets.output, contentOf(output, "output")) },
    ];
  };
  return {
    copy: (rows, target) =>
      both(target, ({ file, records }) =>
        Buffer.concat(
          linesOf(
            file,
            records.filter(({ row }) => rows.has(row)),
          ),
        ),
      ),
    rewrite: (changes, target) =>
      both(target, ({ file }, which) =>
        rewriteRecords(
          file,
          new Map(
            [...changes].map(([row, change]) => {
              const text = change[which];
              if (text !== undefined && /[\r\n]/u.test(text)) {
                throw new Failure(
                  `the new text of sample ${sampleNumber(row)} has a line break, and a line of paired text has none`,
                  {
                    file: pair[which],
                    line: row + 1,
                  },
                );
              }
              return [row, { [which]: text }];
            }),
          ),
        ),
      ),
  };
}
