/**
 * The list of samples: an ARIA grid over a virtual list. One cell at a time can be reached by Tab, the arrow keys move it;
 * its row stays in the page however far the list is scrolled, so that the focus is never lost.
 */
import {
  defaultRangeExtractor,
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
  type Range,
} from "@tanstack/virtual-core";
import { useEffect, useLayoutEffect, useReducer, useRef, useState } from "preact/hooks";
import { sampleNumber } from "../../dataset/sample-number";
import type { AuditRow, AuditState } from "../audit-protocol";
import { columnNames, narrowest, widest, type ColumnName, type Widths } from "./audit-columns";
import type { Rows } from "./audit-rows";
import { MarkedText, markSigns } from "./audit-text";
import { Separator } from "./separator";

/** Browsers draw nothing beyond some 16 million pixels: longer lists are shown a block at a time. */
export const blockSize = 100_000;
const linesPerRow = 3;
const headerHeight = 29;

export interface Active {
  /** In the filtered list. */
  readonly position: number;
  readonly column: number;
}

interface GridProps {
  readonly audit: AuditState;
  readonly rows: Rows;
  /** Rows in the filtered list, and whether there may be more. */
  readonly count: number;
  readonly isWhole: boolean;
  readonly widths: Widths;
  readonly setWidths: (widths: Widths) => void;
  readonly active: Active;
  readonly setActive: (active: Active) => void;
  /** Enter on a cell. */
  readonly enter: () => void;
}

/** Pixels of a row, from the size of the editor's font. */
function measureRow(): number {
  const size = Number.parseFloat(getComputedStyle(document.body).getPropertyValue("--vscode-editor-font-size"));
  return linesPerRow * Math.ceil((Number.isFinite(size) ? size : 13) * 1.4) + 9;
}

function useVirtualList(count: number, active: number, rowHeight: number, scroll: { current: HTMLDivElement | null }) {
  const [, redraw] = useReducer((serial: number) => serial + 1, 0);
  const options = {
    count,
    estimateSize: () => rowHeight,
    getScrollElement: () => scroll.current,
    overscan: 6,
    paddingStart: headerHeight,
    scrollPaddingStart: headerHeight,
    observeElementRect,
    observeElementOffset,
    scrollToFn: elementScroll,
    onChange: () => redraw(0),
    rangeExtractor: (range: Range): number[] => {
      const shown = defaultRangeExtractor(range);
      return active < 0 || active >= count || shown.includes(active) ? shown : [...shown, active].sort((a, b) => a - b);
    },
  };
  const list = useRef<Virtualizer<HTMLDivElement, HTMLDivElement> | null>(null);
  list.current ??= new Virtualizer<HTMLDivElement, HTMLDivElement>(options);
  list.current.setOptions(options);
  useEffect(() => list.current!._didMount(), []);
  useLayoutEffect(() => list.current!._willUpdate());
  return list.current;
}

function Cell({ row, name }: { readonly row: AuditRow; readonly name: ColumnName }) {
  if (name === "row") return <>{sampleNumber(row.row)}</>;
  if (row.problem !== null) return name === "input" ? <span class="problem">⚠ Not read: {row.problem}</span> : null;
  if (name === "findings") {
    return (
      <>
        {row.rules.map(({ rule, mark }) => (
          <span class={`rule ${mark}`} key={rule}>
            {markSigns[mark]} {rule}
          </span>
        ))}
      </>
    );
  }
  const text = row[name];
  return text === null ? null : <MarkedText text={text} oneLine />;
}

export function AuditGrid(props: GridProps) {
  const { audit, rows, count, isWhole, widths, active, setActive } = props;
  const scroll = useRef<HTMLDivElement | null>(null);
  const [rowHeight] = useState(measureRow);
  const block = Math.floor(active.position / blockSize);
  const first = block * blockSize;
  const inBlock = Math.max(0, Math.min(blockSize, count - first));
  const list = useVirtualList(inBlock, active.position - first, rowHeight, scroll);
  const items = list.getVirtualItems();
  const focusNext = useRef(false);
  const headings: Readonly<Record<ColumnName, string>> = {
    ...{ row: "Sample", findings: "Findings" },
    ...{ input: `Input: ${audit.columns.input}`, output: `Output: ${audit.columns.output}` },
  };
  const total = columnNames.reduce((sum, name) => sum + widths[name], 0);

  useEffect(() => {
    const shown = items.filter(({ index }) => index !== active.position - first);
    const [from, to] = [shown[0]?.index ?? 0, shown.at(-1)?.index ?? 0];
    rows.need(first + from, first + to);
    rows.need(active.position, active.position);
  });

  useLayoutEffect(() => {
    if (count > 0) list.scrollToIndex(active.position - first, { align: "auto" });
  }, [active.position, block, count > active.position]);

  useLayoutEffect(() => {
    if (!focusNext.current) return;
    const cell = scroll.current?.querySelector<HTMLElement>('[data-active="true"]');
    if (cell === null || cell === undefined) return;
    cell.focus({ preventScroll: true });
    focusNext.current = false;
  });

  const move = (position: number, column = active.column): void => {
    focusNext.current = true;
    setActive({
      position: Math.max(0, Math.min(count - 1, position)),
      column: Math.max(0, Math.min(columnNames.length - 1, column)),
    });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const page = Math.max(1, Math.floor(((scroll.current?.clientHeight ?? 0) - headerHeight) / rowHeight) - 1);
    const { position, column } = active;
    const whole = event.ctrlKey || event.metaKey;
    const moves: Readonly<Record<string, (() => void) | undefined>> = {
      ArrowDown: () => move(position + 1),
      ArrowUp: () => move(position - 1),
      ArrowRight: () => move(position, column + 1),
      ArrowLeft: () => move(position, column - 1),
      PageDown: () => move(position + page),
      PageUp: () => move(position - page),
      Home: () => (whole ? move(0, 0) : move(position, 0)),
      End: () => (whole ? move(count - 1, columnNames.length - 1) : move(position, columnNames.length - 1)),
      Enter: props.enter,
    };
    const act = moves[event.key];
    if (act === undefined || event.altKey) return;
    event.preventDefault();
    act();
  };

  return (
    <div
      class="grid"
      role="grid"
      aria-label={`Samples of ${audit.name}`}
      aria-rowcount={isWhole ? count + 1 : -1}
      aria-colcount={columnNames.length}
      aria-busy={!isWhole}
      ref={scroll}
    >
      <div
        class="sizer"
        role="presentation"
        ref={(element) => {
          if (element === null) return;
          element.style.height = `${list.getTotalSize()}px`;
          element.style.minWidth = `${total}px`;
          element.style.setProperty("--row-height", `${rowHeight}px`);
          for (const name of columnNames) element.style.setProperty(`--${name}-width`, `${widths[name]}px`);
        }}
      >
        <div class="row header" role="row" aria-rowindex={1}>
          {columnNames.map((name, index) => (
            <div
              class={`cell of-${name}`}
              role="columnheader"
              aria-colindex={index + 1}
              key={name}
              title={headings[name]}
            >
              <span class="heading">{headings[name]}</span>
              <Separator
                label={`Width of ${headings[name]}`}
                orientation="vertical"
                value={widths[name]}
                least={narrowest}
                most={widest}
                change={(width) => props.setWidths({ ...widths, [name]: width })}
              />
            </div>
          ))}
        </div>
        <div role="rowgroup" onKeyDown={onKeyDown}>
          {items.map(({ index, start }) => {
            const position = first + index;
            const row = rows.get(position);
            const isActive = position === active.position;
            return (
              <div
                class={`row${isActive ? " active" : ""}${row?.rules.some(({ mark }) => mark !== "hint") === true ? " suspect" : ""}`}
                role="row"
                aria-rowindex={position + 2}
                aria-selected={isActive}
                aria-busy={row === undefined}
                key={position}
                ref={(element) => {
                  if (element !== null) element.style.transform = `translateY(${start}px)`;
                }}
              >
                {columnNames.map((name, column) => (
                  <div
                    class={`cell of-${name}`}
                    role={name === "row" ? "rowheader" : "gridcell"}
                    aria-colindex={column + 1}
                    tabIndex={isActive && column === active.column ? 0 : -1}
                    data-active={isActive && column === active.column}
                    key={name}
                    onClick={() => move(position, column)}
                    onDblClick={props.enter}
                  >
                    {row === undefined ? name === "row" ? "…" : null : <Cell row={row} name={name} />}
                  </div>
                ))}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}
