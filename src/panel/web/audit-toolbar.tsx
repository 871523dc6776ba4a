/** The head of the Audit View: what the file is, what the scan says, which rows are listed, and ways to move. */
import { useState } from "preact/hooks";
import { rowOfNumber } from "../../dataset/sample-number";
import type { AuditPlace, AuditRequest, AuditState } from "../audit-protocol";
import { blockSize } from "./audit-grid";

interface ToolbarProps {
  readonly audit: AuditState;
  readonly filter: string;
  readonly setFilter: (filter: string) => void;
  /** The finding that was jumped to last. */
  readonly place: AuditPlace | null;
  readonly step: (direction: 1 | -1) => void;
  readonly goTo: (row: number) => void;
  readonly act: (request: AuditRequest) => void;
  /** Of the filtered list, and the first of the block that is shown. */
  readonly count: number;
  readonly first: number;
  readonly showBlock: (first: number) => void;
}

const number = (value: number): string => value.toLocaleString("en");

function Blocks({ count, first, showBlock }: Pick<ToolbarProps, "count" | "first" | "showBlock">) {
  if (count <= blockSize) return null;
  return (
    <span class="blocks">
      <button type="button" class="secondary" disabled={first === 0} onClick={() => showBlock(first - blockSize)}>
        <span aria-hidden="true">◀</span> Previous {number(blockSize)}
      </button>
      <span>
        {number(first + 1)} to {number(Math.min(count, first + blockSize))} of {number(count)}
      </span>
      <button
        type="button"
        class="secondary"
        disabled={first + blockSize >= count}
        onClick={() => showBlock(first + blockSize)}
      >
        Next {number(blockSize)} <span aria-hidden="true">▶</span>
      </button>
    </span>
  );
}

export function AuditToolbar(props: ToolbarProps) {
  const { audit, filter, setFilter, place, step, goTo, act } = props;
  const [row, setRow] = useState("");
  const { scan } = audit;
  const known = audit.complete
    ? `${number(audit.rows)} samples`
    : `${number(audit.rows)} samples so far (${Math.floor(audit.done * 100)}% of the file looked through)`;
  return (
    <header class="toolbar">
      <p class="facts">
        <strong>{audit.name}</strong> <span class="quiet">{audit.kind}</span>{" "}
        <span data-rows={audit.rows}>{known}</span>
      </p>
      {audit.problem !== null && <p role="alert">The rest cannot be listed: {audit.problem}</p>}
      <p class={`scan ${scan.state}`} data-scan={scan.state}>
        <span role="status">{scan.text}</span>
        {scan.state === "scanning" && (
          <button type="button" class="secondary" onClick={() => act({ type: "cancelScan" })}>
            Cancel
          </button>
        )}
        {(scan.state === "none" || scan.state === "edited" || scan.state === "failed") && (
          <button type="button" onClick={() => act({ type: "scan" })}>
            Scan for triggers
          </button>
        )}
      </p>
      <div class="controls">
        <label>
          Show{" "}
          <select value={filter} onChange={(event) => setFilter(event.currentTarget.value)}>
            <option value="">all samples</option>
            <option value="*" disabled={audit.flaggedRows === 0 && filter !== "*"}>
              samples with findings ({number(audit.flaggedRows)})
            </option>
            {audit.rules.map(({ rule, rows }) => (
              <option value={rule} key={rule}>
                {rule} ({number(rows)})
              </option>
            ))}
          </select>
        </label>
        <span class="steps">
          <button type="button" class="secondary" disabled={audit.findings === 0} onClick={() => step(-1)}>
            <span aria-hidden="true">▲</span> Previous finding
          </button>
          <button type="button" class="secondary" disabled={audit.findings === 0} onClick={() => step(1)}>
            <span aria-hidden="true">▼</span> Next finding
          </button>
          {place !== null && (
            <span class="quiet">
              {number(place.number)} of {number(place.total)}
            </span>
          )}
        </span>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            const wanted = rowOfNumber(row);
            if (wanted !== undefined) goTo(wanted);
          }}
        >
          <label>
            Go to sample{" "}
            <input
              type="number"
              min="1"
              max={Math.max(1, audit.rows)}
              value={row}
              onInput={(event) => setRow(event.currentTarget.value)}
            />
          </label>
        </form>
        <Blocks {...props} />
      </div>
    </header>
  );
}
