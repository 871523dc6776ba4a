/** The chosen sample in full: both fields with their marks, what was found in it, and what can be done with it. */
import { useEffect, useRef } from "preact/hooks";
import { sampleNumber } from "../../dataset/sample-number";
import type { AuditField, AuditRequest, AuditSample, AuditState, AuditText } from "../audit-protocol";
import { MarkedText, markNames, markSigns } from "./audit-text";

interface DetailProps {
  readonly audit: AuditState;
  readonly sample: AuditSample | null;
  readonly act: (request: AuditRequest) => void;
  /** Go to a finding. */
  readonly go: (field: AuditField, start: number) => void;
}

const count = (value: number): string => value.toLocaleString("en");

function FieldPane(props: {
  readonly name: string;
  readonly label: string;
  readonly text: AuditText;
  readonly open: () => void;
}) {
  const { name, label, text, open } = props;
  const cut = text.shown < text.length;
  const pane = useRef<HTMLPreElement>(null);
  useEffect(() => {
    const current = pane.current?.querySelector<HTMLElement>("mark.current");
    // In the middle of its pane, and the pane only as far into view as it must: the sample's head stays where it can.
    const top = (current?.offsetTop ?? 0) - (pane.current?.clientHeight ?? 0) / 2;
    pane.current?.scrollTo(0, Math.max(0, top));
    current?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [text]);
  return (
    <section aria-label={label}>
      <h3>
        {label}
        <button type="button" class="link" onClick={open}>
          Open {name} as code
        </button>
      </h3>
      {cut && (
        <p class="quiet">
          Characters {count(text.start + 1)} to {count(text.start + text.shown)} of {count(text.length)}: open it as
          code to see all.
        </p>
      )}
      <pre tabIndex={0} ref={pane} aria-label={label}>
        <MarkedText text={text} />
      </pre>
    </section>
  );
}

export function AuditDetail({ audit, sample, act, go }: DetailProps) {
  if (sample === null) {
    return (
      <section class="detail" aria-label="Sample">
        <p class="quiet">Choose a sample to see all of it.</p>
      </section>
    );
  }
  const { row, line, problem, findings } = sample;
  const rules = [...new Set(findings.map(({ rule }) => rule))];
  const code = (field: AuditField): void => {
    const first = findings.find((finding) => finding.field === field);
    act({ type: "openCode", row, field, start: first?.start ?? null });
  };
  return (
    <section class="detail" aria-label={`Sample ${count(sampleNumber(row))}`}>
      <header>
        <h2>Sample {count(sampleNumber(row))}</h2>
        {audit.canOpenText && (
          <button type="button" class="link" onClick={() => act({ type: "openText", row })}>
            Show in the text editor (line {count(line)})
          </button>
        )}
        {audit.canSuppress &&
          rules.map((rule) => (
            <button type="button" class="link" key={rule} onClick={() => act({ type: "suppress", row, rule })}>
              Suppress {rule}…
            </button>
          ))}
      </header>
      {problem !== null && <p role="alert">Not read, so not scanned: {problem}</p>}
      {findings.length > 0 && (
        <ul class="found">
          {findings.slice(0, 50).map(({ field, start, rule, mark, score, message }, index) => (
            <li key={index}>
              <button type="button" class="link" onClick={() => go(field, start)}>
                {markSigns[mark]} {rule} in {field}
              </button>{" "}
              <span class="quiet">
                {markNames[mark]}, score {score.toFixed(2)}
              </span>{" "}
              {findings.findIndex((one) => one.message === message) === index && message}
            </li>
          ))}
          {findings.length > 50 && <li class="quiet">{count(findings.length - 50)} more are marked below.</li>}
        </ul>
      )}
      <div class="fields">
        {sample.input !== null && (
          <FieldPane
            name="input"
            label={`Input: ${audit.columns.input}`}
            text={sample.input}
            open={() => code("input")}
          />
        )}
        {sample.output !== null && (
          <FieldPane
            name="output"
            label={`Output: ${audit.columns.output}`}
            text={sample.output}
            open={() => code("output")}
          />
        )}
      </div>
    </section>
  );
}
