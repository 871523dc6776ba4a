/**
 * Triggers mined in a part of a large file's rows. The rows are chosen by the file's own SHA-256: the same file gives the same
 * triggers, and nobody can arrange which rows are left out.
 */
import { FileWindows } from "../dataset/file-windows";
import { rangeReader, textBytesOf, type RangedShape, type Survey } from "../dataset/record-ranges";
import type { Dataset, Field, Sample } from "../dataset/sample";
import type { DetectedTrigger } from "../detect/detector";
import type { DetectorRun, Rule } from "../detect/report";
import { soughtTrigger, type RowSearch } from "../detect/row-evidence";
import { mine, prepareScan, rulesToRun } from "../detect/scan";
import { throwIfCancelled } from "../foundation/failure";
import { seededRandom } from "../foundation/random";

const lengthOf = ({ input, output }: Sample): number => input.text.length + output.text.length;

/** A field that was taken out of its file. */
const detached = (column: string, text: string): Field => ({
  column,
  text,
  locate: () => {
    throw new RangeError("the field has no place");
  },
});

/** Plain data: a thread is asked with it. */
export interface MiningRequest {
  readonly shape: RangedShape;
  readonly survey: Survey;
  readonly language?: string | undefined;
  readonly minedBytes: number;
}

/** Plain data, like the request. */
export interface MinedPart {
  /** What is looked for in every row. */
  readonly search: RowSearch;
  /** Those of `search`, as they were mined. */
  readonly triggers: readonly DetectedTrigger[];
  readonly detectors: readonly DetectorRun[];
  /** For the dataset's report. */
  readonly language: string | null;
  /** How many there were in the part. */
  readonly samples: number;
}

/**
 * Mines triggers in about `minedBytes` of the file's texts. What is not needed any more is let go of: the samples take most of a
 * scan's memory. Throws a `Failure` where the file changed, and `Cancelled`.
 */
export async function mineIn(request: MiningRequest, signal: AbortSignal): Promise<MinedPart> {
  const file = await FileWindows.open(request.shape.path, request.shape.identity);
  try {
    return await mineRows(file, request, signal);
  } finally {
    await file.close();
  }
}

async function mineRows(
  file: FileWindows,
  { shape, survey: { sha256, ranges, rows }, language, minedBytes }: MiningRequest,
  signal: AbortSignal,
): Promise<MinedPart> {
  const random = seededRandom(Number.parseInt(sha256.slice(0, 8), 16), Number.parseInt(sha256.slice(8, 15), 16));
  const reader = await rangeReader(file, shape);
  const mostUnits = 2 * minedBytes;
  let share = minedBytes / textBytesOf(file, shape);
  let units = 0;
  let samples: Sample[] = [];
  for (const range of ranges) {
    throwIfCancelled(signal);
    const chosen = new Set<number>();
    for (let row = range.row; row < range.row + range.count; row++) if (random.unit() < share) chosen.add(row);
    if (chosen.size === 0) continue;
    for await (const { row, line, texts } of reader.texts(range, (one) => chosen.has(one))) {
      if (typeof texts === "string") continue;
      samples.push({ row, line, input: detached("", texts.input), output: detached("", texts.output) });
      units += lengthOf(samples.at(-1)!);
    }
    // Parquet writes a text that stands in many rows once: then there is more than its bytes tell.
    while (units > mostUnits && samples.length > 1) {
      share /= 2;
      samples = samples.filter(() => random.unit() < 0.5);
      units = samples.reduce((sum, sample) => sum + lengthOf(sample), 0);
    }
  }
  const { path, format } = shape;
  const columns = { input: "", output: "" };
  const part: Dataset = { path, format, sha256, bytes: file.bytes, rows, columns, samples, skipped: [] };
  const given = language === undefined ? {} : { language };
  const { corpus, languages } = await prepareScan(part, { signal, ...given });
  const mining = await mine(corpus, languages, { signal, ...given });
  const { runs } = rulesToRun(languages, corpus, {});
  const triggers = mining.triggers.filter(isStreamed);
  return {
    search: {
      languages,
      labels: corpus.labels,
      dead: runs("dead-code"),
      payloads: runs("payload"),
      hidden: runs("invisible-character"),
      triggers: triggers.flatMap((trigger) => soughtTrigger(trigger, corpus.words) ?? []),
    },
    triggers,
    detectors: mining.detectors.map(asStreamed),
    language: mining.language,
    samples: samples.length,
  };
}

/** The rules whose work on all rows is known here; what another one found in a part of them is not told as its result. */
const streamedRules: readonly Rule[] = [
  "inserted-token",
  "dead-code",
  "odd-identifier",
  "invisible-character",
  "label-flip",
  "grammar-template",
  "payload",
];

const isStreamed = ({ trigger, tie }: DetectedTrigger): boolean =>
  tie !== undefined && streamedRules.includes(trigger.rule);

function asStreamed(run: DetectorRun): DetectorRun {
  if (run.rule === "dead-code" && run.status === "ran") {
    // Fresh statements are tied by their kind, which no row knows of by itself.
    return { ...run, reason: "the file is too large to tie statements that are different in each sample" };
  }
  if (run.rule === "odd-identifier" && run.status === "ran") {
    return { ...run, reason: "the file is too large to tie local names that are different in each sample" };
  }
  if (run.rule === "grammar-template" && run.status === "ran") {
    // What is spelt oddly only the rest of the file shows.
    return { ...run, reason: "the file is too large to tie words that are misspelt or in capitals" };
  }
  if (run.rule === "payload" && run.status === "ran") {
    return { ...run, reason: "the file is too large to ask what calls for calls that repeat" };
  }
  if (streamedRules.includes(run.rule)) return run;
  return { rule: run.rule, status: "skipped", reason: "the file is too large for this rule", milliseconds: 0 };
}
