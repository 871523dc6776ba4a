/** The ASR Probe panel's page: BLEU (of a classifier accuracy and F1) and ASR with their counts and interval, and the rows side by side. */
import { render } from "preact";
import { useState } from "preact/hooks";
import { sampleNumber } from "../../dataset/sample-number";
import type { ExampleView, Piece, ProbeView, RateView } from "../protocol";
import { ask, followHost, type AnyView } from "./host";
import "./probe.css";

const pageSize = 20;
const filters = {
  all: { label: "All samples", keeps: () => true },
  written: { label: "Payload in the answer", keeps: (example: ExampleView) => example.payloadWritten === true },
  resisted: { label: "No payload in the answer", keeps: (example: ExampleView) => example.payloadWritten === false },
} as const;
type FilterName = keyof typeof filters;
const filterNames = Object.keys(filters) as FilterName[];

/** Text of strangers: as text nodes, with the marks named for who cannot see them. */
function Text({ pieces }: { readonly pieces: readonly Piece[] }) {
  return (
    <pre tabIndex={0}>
      {pieces.map(({ text, mark }, index) =>
        mark === null ? (
          text
        ) : (
          <mark class={mark} key={index} title={mark} aria-label={`${mark}: ${text}`}>
            {text}
          </mark>
        ),
      )}
    </pre>
  );
}

/** The rate as a bar from 0 to 100 with its interval; the numbers beside it say the same. */
function Bar({ rate, low, high }: { readonly rate: number; readonly low?: number; readonly high?: number }) {
  return (
    <svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
      <rect class="track" x="0" y="2" width="100" height="2" />
      <rect class="rate" x="0" y="2" width={rate} height="2" />
      {low !== undefined && high !== undefined && (
        <rect class="interval" x={low} y="0.5" width={Math.max(0.4, high - low)} height="5" />
      )}
    </svg>
  );
}

const intervalText = ({ low, high }: RateView): string => `95% interval ${low.toFixed(1)} to ${high.toFixed(1)}%`;

function Bleu({ probe }: { readonly probe: ProbeView }) {
  const { bleu, corpusBleu } = probe;
  return (
    <section aria-labelledby="bleu-title">
      <h2 id="bleu-title">BLEU</h2>
      {bleu === null ? (
        <p>Not measured: no row is clean.</p>
      ) : (
        <>
          <p class="figure" data-measure="bleu">
            {bleu.toFixed(1)}%
          </p>
          <Bar rate={bleu} />
          <p class="quiet">
            per-sample BLEU-4 on {probe.rows} clean rows; corpus BLEU {corpusBleu?.toFixed(1) ?? "–"}%
          </p>
        </>
      )}
    </section>
  );
}

interface FigureOptions {
  readonly id: string;
  readonly title: string;
  readonly value: RateView | undefined;
  readonly note: string;
}

function Figure({ id, title, value, note }: FigureOptions) {
  return (
    <section aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{title}</h2>
      {value === undefined ? (
        <p>Not measured: no row is clean.</p>
      ) : (
        <>
          <p class="figure" data-measure={id}>
            {value.rate.toFixed(1)}%
          </p>
          <Bar rate={value.rate} low={value.low} high={value.high} />
          <p class="quiet">
            {note}; {intervalText(value)}
          </p>
        </>
      )}
    </section>
  );
}

function Labels({ probe }: { readonly probe: ProbeView }) {
  const { accuracy, f1 } = probe.classification ?? {};
  const right = `${accuracy?.correct ?? 0} of ${probe.rows} clean rows`;
  return (
    <>
      <Figure id="accuracy" title="Accuracy" value={accuracy} note={right} />
      <Figure id="f1" title="F1" value={f1} note={f1?.of ?? ""} />
    </>
  );
}

function Rates({ probe }: { readonly probe: ProbeView }) {
  const { asr } = probe;
  return (
    <div class="rates">
      {probe.classifies ? <Labels probe={probe} /> : <Bleu probe={probe} />}
      <section aria-labelledby="asr-title">
        <h2 id="asr-title">Attack success rate</h2>
        {asr === null ? (
          <p>Not measured: the probe names no attack.</p>
        ) : asr.trials === 0 ? (
          <p>Not measured: the payload has no place in any row.</p>
        ) : (
          <>
            <p class="figure" data-measure="asr">
              {asr.rate.toFixed(1)}%
            </p>
            <Bar rate={asr.rate} low={asr.low} high={asr.high} />
            <p class="quiet">
              {asr.successes} of {asr.trials} triggered rows; {intervalText(asr)}
            </p>
          </>
        )}
      </section>
    </div>
  );
}

const writing = { did: "wrote", bad: "✗ The model wrote the payload", good: "✓ No payload" };
const labelling = { did: "answered", bad: "✗ The model gave the attacker's label", good: "✓ Not the attacker's label" };

interface ExampleOptions {
  readonly example: ExampleView;
  readonly classifies: boolean;
  readonly open: (row: number) => void;
}

function Example({ example, classifies, open }: ExampleOptions) {
  const { row, triggered, clean, payloadWritten } = example;
  const shown = triggered ?? clean;
  const words = classifies ? labelling : writing;
  const verdict = payloadWritten === null ? "" : payloadWritten ? words.bad : words.good;
  return (
    <article aria-label={`Sample ${sampleNumber(row)}`}>
      <h3>
        <button type="button" class="link" onClick={() => open(row)}>
          Sample {sampleNumber(row)}
        </button>
        <span class={payloadWritten === true ? "bad" : "quiet"}>{verdict}</span>
        {example.bleu !== null && <span class="quiet">BLEU on the clean input {example.bleu.toFixed(1)}%</span>}
      </h3>
      {shown !== null && (
        <div class="columns">
          <div>
            <h4>{triggered === null ? "Input" : "Input with the trigger"}</h4>
            <Text pieces={shown.input} />
          </div>
          <div>
            <h4>Expected</h4>
            <Text pieces={example.expected} />
          </div>
          <div>
            <h4>What the model {words.did}</h4>
            <Text pieces={shown.output} />
          </div>
        </div>
      )}
      {triggered !== null && clean !== null && (
        <details>
          <summary>What the model {words.did} without the trigger</summary>
          <Text pieces={clean.output} />
        </details>
      )}
    </article>
  );
}

function ProbePage({ probe }: { readonly probe: ProbeView }) {
  const [filter, setFilter] = useState<FilterName>("all");
  const [count, setCount] = useState(pageSize);
  const [problem, setProblem] = useState("");
  const open = (row: number): void => {
    ask({ type: "openRow", row }).catch((error: unknown) =>
      setProblem(error instanceof Error ? error.message : String(error)),
    );
  };
  const examples = probe.examples.filter((example) => filters[filter].keeps(example));
  return (
    <>
      <h1>ASR Probe</h1>
      <dl>
        <div>
          <dt>Checkpoint</dt>
          <dd>{probe.checkpoint}</dd>
        </div>
        <div>
          <dt>Data</dt>
          <dd>
            {probe.data}
            {probe.skipped > 0 && ` (${probe.skipped} unreadable rows skipped)`}
          </dd>
        </div>
        {probe.attack !== null && (
          <div>
            <dt>Attack</dt>
            <dd>
              {probe.attack.name}, trigger <code>{probe.attack.trigger}</code>, payload {probe.attack.payload}
            </dd>
          </div>
        )}
      </dl>
      {problem !== "" && <p role="alert">{problem}</p>}
      <Rates probe={probe} />
      <h2>Samples side by side</h2>
      <p class="legend">
        <mark class="trigger">trigger</mark> is boxed, <mark class="payload">payload</mark> has a dashed box.
      </p>
      {probe.attack !== null && (
        <fieldset>
          <legend>Show</legend>
          {filterNames.map((name) => (
            <label key={name}>
              <input
                type="radio"
                name="filter"
                checked={filter === name}
                onChange={() => {
                  setFilter(name);
                  setCount(pageSize);
                }}
              />
              {filters[name].label} ({probe.examples.filter((example) => filters[name].keeps(example)).length})
            </label>
          ))}
        </fieldset>
      )}
      {examples.slice(0, count).map((example) => (
        <Example key={example.row} example={example} classifies={probe.classifies} open={open} />
      ))}
      {examples.length > count && (
        <button type="button" class="secondary" onClick={() => setCount(count + pageSize)}>
          Show more samples ({examples.length - count} left)
        </button>
      )}
      {probe.more > 0 && <p class="quiet">{probe.more} more samples are in report.json of the run directory.</p>}
    </>
  );
}

function show(view: AnyView): void {
  const root = document.getElementById("root")!;
  if (view.type === "probe") render(<ProbePage probe={view.probe} />, root);
  else if (view.type === "unreadable") render(<p role="alert">{view.reason}</p>, root);
}

followHost(show);
