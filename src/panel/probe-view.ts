/** Makes what the ASR Probe panel shows from a probe's report. */
import { isPayloadName, payloadNamed } from "../attack/payloads";
import type { Payload } from "../attack/strategy";
import type { ProbeExample, ProbeReport } from "../job/probe-report";
import { piecesOf } from "./marked-text";
import type { ExampleView, Piece, ProbeView } from "./protocol";

/** Rows beyond this many stay in the report; the panel says how many. */
const mostExamples = 400;

const unmarked = (text: string): Piece[] => piecesOf(text, []);

function exampleView(example: ProbeExample, payload: Payload | undefined): ExampleView {
  const { row, expected, clean, triggered } = example;
  const marked = (text: string): Piece[] =>
    piecesOf(text, payload?.spansIn(text).map((span) => ({ ...span, mark: "payload" as const })) ?? []);
  return {
    row,
    bleu: clean?.bleu ?? null,
    expected: marked(expected),
    triggered: triggered && {
      input: piecesOf(
        triggered.input,
        triggered.triggerSpans.map((span) => ({ ...span, mark: "trigger" })),
      ),
      output: marked(triggered.output),
    },
    clean: clean && { input: unmarked(clean.input), output: marked(clean.output) },
    payloadWritten: triggered?.payloadFound ?? null,
  };
}

/** Rows on which the payload was written come first: they are what a reader looks for. */
function mostTelling(examples: readonly ProbeExample[]): ProbeExample[] {
  const rank = ({ triggered }: ProbeExample): number => (triggered === null ? 2 : triggered.payloadFound ? 0 : 1);
  return [...examples].sort((a, b) => rank(a) - rank(b) || a.row - b.row);
}

/** Reports of earlier versions know of no classifiers. */
type Stored = Pick<Partial<ProbeReport>, "classification" | "classes">;

function classificationView({ classification, classes }: Stored): Pick<ProbeView, "classifies" | "classification"> {
  const classifies = classes != null;
  if (classification == null) return { classifies, classification: null };
  const { accuracy, correct, accuracyInterval, f1, f1Interval, average, positive } = classification;
  const of = positive === null ? `${average} average` : `of the class ${JSON.stringify(positive)}`;
  return {
    classifies,
    classification: {
      accuracy: { rate: accuracy, ...accuracyInterval, correct },
      f1: { rate: f1, ...f1Interval, of },
    },
  };
}

export function probeView(report: ProbeReport): ProbeView {
  const { asr, attack, interval, successes, trials } = report;
  // A report of a later version may name a payload that this one does not know: then nothing is marked.
  const payload = attack !== null && isPayloadName(attack.payload) ? payloadNamed(attack.payload) : undefined;
  return {
    checkpoint: report.checkpoint,
    data: report.data.path,
    attack,
    rows: report.rows,
    skipped: report.data.skipped,
    bleu: report.bleu,
    corpusBleu: report.corpusBleu,
    ...classificationView(report),
    asr: asr === null || interval === null ? null : { rate: asr, ...interval, successes, trials },
    seconds: report.seconds,
    examples: mostTelling(report.examples)
      .slice(0, mostExamples)
      .map((example) => exampleView(example, payload)),
    more: Math.max(0, report.examples.length - mostExamples),
  };
}
