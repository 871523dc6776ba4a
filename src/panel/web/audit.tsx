/** The Audit View's page: the list of samples, the chosen one in full, and the ways between findings. */
import { render } from "preact";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { sampleNumber } from "../../dataset/sample-number";
import type {
  AuditField,
  AuditPageState,
  AuditPlace,
  AuditRequest,
  AuditSample,
  AuditState,
  AuditView,
} from "../audit-protocol";
import { defaultWidths, keptState } from "./audit-columns";
import { AuditDetail } from "./audit-detail";
import { AuditGrid, blockSize, type Active } from "./audit-grid";
import { useRows } from "./audit-rows";
import { AuditToolbar } from "./audit-toolbar";
import { ask, followHost, reasonOf, savedState, saveState, type AnyView } from "./host";
import { Separator } from "./separator";
import "./audit.css";

/** A finding to show in the chosen row. */
interface Target {
  readonly row: number;
  readonly field: AuditField | null;
  readonly start: number;
}

/** Steps that were asked for and not taken yet, and where the next one starts. */
interface Steps {
  waiting: number;
  last: Promise<void>;
  from: Target;
}

type Told = Extract<AuditView, { type: "reveal" | "step" }>;
/** What the host tells besides the state; the page that is mounted listens. */
let listener: ((told: Told) => void) | undefined;
const untold: Told[] = [];

const kept = keptState(savedState());
const nowhere = { row: -1, field: null, start: 0 } as const;

function listCount(audit: AuditState, filter: string): number {
  if (filter === "") return audit.rows;
  if (filter === "*") return audit.flaggedRows;
  return audit.rules.find(({ rule }) => rule === filter)?.rows ?? 0;
}

function AuditPage({ audit }: { readonly audit: AuditState }) {
  const [widths, setWidths] = useState(() => kept.widths ?? defaultWidths(document.body.clientWidth));
  const [detailHeight, setDetailHeight] = useState(kept.detailHeight);
  const [filter, setFilter] = useState(kept.filter);
  const [active, setActive] = useState<Active>({ position: kept.filter === "" ? kept.row : 0, column: 1 });
  const [target, setTarget] = useState<Target>(nowhere);
  const [place, setPlace] = useState<AuditPlace | null>(null);
  const [sample, setSample] = useState<AuditSample | null>(null);
  const [problem, setProblem] = useState("");
  const detail = useRef<HTMLDivElement>(null);
  /** Steps wait for each other, so that none is lost when a key is held down: each goes on from where the last one led. */
  const steps = useRef<Steps>({ waiting: 0, last: Promise.resolve(), from: nowhere });
  const fail = useCallback((error: unknown) => setProblem(typeof error === "string" ? error : reasonOf(error)), []);

  const count = listCount(audit, filter);
  const rows = useRows(filter, audit.version, count, fail);
  const isWhole = filter !== "" || audit.complete;
  // A row of an earlier life may be gone, or not be known yet.
  const shown = isWhole && active.position >= count ? { ...active, position: Math.max(0, count - 1) } : active;
  const row = rows.get(shown.position)?.row ?? (filter === "" && shown.position < count ? shown.position : undefined);

  const act = (request: AuditRequest): void => {
    setProblem("");
    ask(request).catch(fail);
  };
  const goTo = ({ row: wanted, field, start }: Target, inFilter = filter): void => {
    setTarget({ row: wanted, field, start });
    ask({ type: "position", filter: inFilter, row: wanted })
      .then((position) => setActive((before) => ({ ...before, position })))
      .catch(fail);
  };
  const changeFilter = (next: string): void => {
    setFilter(next);
    setPlace(null);
    goTo({ ...nowhere, row: row ?? 0 }, next);
  };
  const takeStep = async (direction: 1 | -1): Promise<void> => {
    const next = await ask({ type: "step", filter, ...steps.current.from, direction });
    if (next === null) return;
    const reached = { row: next.row, field: next.field, start: next.start };
    steps.current.from = reached;
    setPlace(next);
    setTarget(reached);
    setActive({ position: next.position, column: next.field === "input" ? 1 : 2 });
  };
  const step = (direction: 1 | -1): void => {
    const { current } = steps;
    if (current.waiting++ === 0) current.from = target.row === row ? target : { ...nowhere, row: row ?? -1 };
    current.last = current.last
      .then(() => takeStep(direction))
      .catch(fail)
      .finally(() => current.waiting--);
  };

  useEffect(() => {
    listener = (told) => {
      if (told.type === "step") {
        step(told.direction);
        return;
      }
      setFilter("");
      setPlace(null);
      goTo(told, "");
    };
    for (const told of untold.splice(0)) listener(told);
  });

  useEffect(() => {
    if (row === undefined) return;
    let isStale = false;
    const { field, start } = target.row === row ? target : nowhere;
    ask({ type: "sample", row, field, start })
      .then((next) => {
        if (!isStale) setSample(next);
      })
      .catch((error: unknown) => {
        if (!isStale) fail(error);
      });
    return () => {
      isStale = true;
    };
  }, [row, target, audit.version]);

  useEffect(() => {
    const state: AuditPageState = { widths, detailHeight, filter, row: row ?? 0 };
    saveState(state);
  }, [widths, detailHeight, filter, row]);

  const most = Math.max(160, window.innerHeight - 280);
  return (
    <>
      <AuditToolbar
        {...{ audit, filter, place, step, act, count }}
        setFilter={changeFilter}
        goTo={(wanted) => goTo({ ...nowhere, row: Math.min(wanted, Math.max(0, audit.rows - 1)) })}
        first={Math.floor(shown.position / blockSize) * blockSize}
        showBlock={(position) => setActive({ ...active, position })}
      />
      {problem !== "" && <p role="alert">{problem}</p>}
      <p class="announcement" role="status">
        {place !== null &&
          `Finding ${place.number} of ${place.total}: sample ${sampleNumber(place.row)}, ${place.field}`}
      </p>
      {count === 0 && isWhole ? (
        <p class="empty">{filter === "" ? "The file holds no samples." : "No sample is left under this filter."}</p>
      ) : (
        <AuditGrid
          {...{ audit, rows, count, isWhole, widths, setWidths, setActive }}
          active={shown}
          enter={() => detail.current?.querySelector("pre")?.focus()}
        />
      )}
      <Separator
        label="Height of the sample"
        orientation="horizontal"
        value={Math.min(detailHeight, most)}
        least={96}
        most={most}
        direction={-1}
        change={setDetailHeight}
      />
      <div
        class="detail-holder"
        ref={(element) => {
          detail.current = element;
          if (element !== null) element.style.height = `${Math.min(detailHeight, most)}px`;
        }}
        onKeyDown={(event) => {
          // Back to the list, where Enter came from.
          if (event.key === "Escape") document.querySelector<HTMLElement>('[data-active="true"]')?.focus();
        }}
      >
        <AuditDetail
          {...{ audit, act }}
          sample={row !== undefined && sample?.row === row ? sample : null}
          go={(field, start) => row !== undefined && setTarget({ row, field, start })}
        />
      </div>
    </>
  );
}

function show(view: AnyView): void {
  const root = document.getElementById("root")!;
  if (view.type === "audit") render(<AuditPage audit={view.audit} />, root);
  else if (view.type === "unreadable") render(<p role="alert">{view.reason}</p>, root);
  else if (view.type === "reveal" || view.type === "step") {
    if (listener === undefined) untold.push(view);
    else listener(view);
  }
}

followHost(show);
