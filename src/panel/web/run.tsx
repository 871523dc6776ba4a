/** The Run panel's page: state, progress, curves and the same numbers as a table. */
import { render } from "preact";
import { useState } from "preact/hooks";
import type { EpochRow, RunPanelState, RunView } from "../protocol";
import { Chart } from "./chart";
import { ask, followHost, type AnyView } from "./host";
import "./run.css";

const stateTexts: Readonly<Record<RunPanelState, string>> = {
  running: "▶ Running",
  finished: "✓ Finished",
  failed: "✗ Failed",
  cancelled: "■ Cancelled",
  interrupted: "⚠ Interrupted: its process is gone",
};

const percent = (value: number | null): string => (value === null ? "–" : value.toFixed(1));

function duration(run: RunView): string {
  if (run.started === "" || run.ended === null) return "";
  const seconds = Math.round((Date.parse(run.ended) - Date.parse(run.started)) / 1000);
  return seconds < 90 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

function Actions({ run }: { readonly run: RunView }) {
  const [problem, setProblem] = useState("");
  const act = (type: "cancel" | "resume" | "probe") => (): void => {
    setProblem("");
    ask({ type }).catch((error: unknown) => setProblem(error instanceof Error ? error.message : String(error)));
  };
  return (
    <div class="actions">
      {run.canCancel && (
        <button type="button" class="secondary" onClick={act("cancel")}>
          Cancel run
        </button>
      )}
      {run.canResume && (
        <button type="button" onClick={act("resume")}>
          Resume run
        </button>
      )}
      {run.checkpoint !== null && (
        <button type="button" onClick={act("probe")}>
          Probe this checkpoint
        </button>
      )}
      {problem !== "" && <p role="alert">{problem}</p>}
    </div>
  );
}

function LossFigure({ run }: { readonly run: RunView }) {
  const last = run.losses.at(-1);
  const lines = [
    { label: "Loss", color: "charts-blue", fallback: "#3794ff", values: run.losses.map(({ loss }) => loss) },
  ];
  const summary =
    last === undefined
      ? "Training loss: no step yet"
      : `Training loss by epoch: from ${run.losses[0]!.loss.toFixed(3)} to ${last.loss.toFixed(3)}`;
  return (
    <figure>
      <figcaption>Training loss</figcaption>
      <Chart summary={summary} x={run.losses.map(({ epoch }) => epoch)} xLabel="Epoch" lines={lines} digits={3} />
    </figure>
  );
}

/** Of a classifier accuracy and F1, of other models BLEU. */
const classifies = (rows: readonly EpochRow[]): boolean => rows.some(({ accuracy }) => accuracy !== null);

function RatesFigure({ rows }: { readonly rows: readonly EpochRow[] }) {
  const measured = rows.some(({ bleu, accuracy, asr }) => bleu !== null || accuracy !== null || asr !== null);
  const last = rows.at(-1);
  if (!measured) {
    return (
      <figure>
        <figcaption>Rates on the validation rows</figcaption>
        <p class="empty">
          {rows.length === 0 ? "Nothing measured yet." : "Not measured: the run has no validation file."}
        </p>
      </figure>
    );
  }
  const green = { color: "charts-green", fallback: "#89d185", points: true };
  const quality = classifies(rows)
    ? [
        { ...green, label: "Accuracy %", values: rows.map(({ accuracy }) => accuracy) },
        { ...green, label: "F1 %", dash: [2, 3], values: rows.map(({ f1 }) => f1) },
      ]
    : [{ ...green, label: "BLEU %", values: rows.map(({ bleu }) => bleu) }];
  const lines = [
    ...quality,
    {
      label: "ASR %",
      color: "charts-red",
      fallback: "#f14c4c",
      dash: [6, 4],
      points: true,
      values: rows.map(({ asr }) => asr),
    },
  ];
  const names = classifies(rows) ? "Accuracy (solid), F1 (dotted)" : "BLEU (solid)";
  const told = classifies(rows)
    ? `accuracy ${percent(last?.accuracy ?? null)}%, F1 ${percent(last?.f1 ?? null)}%`
    : `BLEU ${percent(last?.bleu ?? null)}%`;
  const summary = `${classifies(rows) ? "Accuracy, F1" : "BLEU"} and attack success rate by epoch; last: ${told}, ASR ${percent(last?.asr ?? null)}%`;
  return (
    <figure>
      <figcaption>{names} and ASR (dashed) on the validation rows, per cent</figcaption>
      <Chart
        summary={summary}
        x={rows.map(({ epoch }) => epoch)}
        xLabel="Epoch"
        lines={lines}
        range={[0, 100]}
        wholeX
        digits={1}
      />
    </figure>
  );
}

function EpochTable({ rows }: { readonly rows: readonly EpochRow[] }) {
  const isClassifier = classifies(rows);
  const quality = isClassifier ? ["Accuracy %", "F1 %"] : ["BLEU %"];
  return (
    <table>
      <caption>Every epoch</caption>
      <thead>
        <tr>
          {["Epoch", "Loss", ...quality, "ASR %", "Training, s"].map((name) => (
            <th scope="col" key={name}>
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.length === 0 && (
          <tr>
            <td colSpan={5}>No epoch is complete yet.</td>
          </tr>
        )}
        {rows.map((row, index) => (
          <tr key={index}>
            <th scope="row">
              {row.epoch} of {row.epochs}
            </th>
            <td>{row.loss.toFixed(4)}</td>
            {(isClassifier ? [row.accuracy, row.f1] : [row.bleu]).map((value, column) => (
              <td key={column}>{percent(value)}</td>
            ))}
            <td>{percent(row.asr)}</td>
            <td>{row.seconds.toFixed(1)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function RunPage({ run }: { readonly run: RunView }) {
  return (
    <>
      <header>
        <h1>{run.title}</h1>
        <p class={`state ${run.state}`} data-state={run.state}>
          {stateTexts[run.state]} <span class="quiet">{duration(run)}</span>
        </p>
        {run.error !== null && <p role="alert">{run.error}</p>}
        {run.warnings.map((warning, index) => (
          <p class="warning" key={index}>
            ⚠ {warning}
          </p>
        ))}
        {run.progress !== null && (
          <progress aria-label="Progress" value={run.progress.done} max={Math.max(1, run.progress.total)} />
        )}
        {/* Not a live region: it changes twice a second. The state and the epochs below are announced. */}
        {run.activity !== "" && <p class="activity">{run.activity}</p>}
        <p class="announcement" role="status">
          {stateTexts[run.state]}, {run.epochs.length} epochs complete
        </p>
        <Actions run={run} />
      </header>
      <div class="figures">
        <LossFigure run={run} />
        <RatesFigure rows={run.epochs} />
      </div>
      <EpochTable rows={run.epochs} />
      {run.settings.length > 0 && (
        <details>
          <summary>Settings</summary>
          <dl>
            {run.settings.map(({ name, value }) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </>
  );
}

function show(view: AnyView): void {
  const root = document.getElementById("root")!;
  if (view.type === "run") render(<RunPage run={view.run} />, root);
  else if (view.type === "unreadable") render(<p role="alert">{view.reason}</p>, root);
}

followHost(show);
