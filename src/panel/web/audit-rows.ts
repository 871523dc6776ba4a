/** The rows of the filtered list that the page holds: asked for in pages as they come into view, the oldest let go. */
import { useEffect, useReducer, useRef } from "preact/hooks";
import type { AuditFilter, AuditRow } from "../audit-protocol";
import { ask, reasonOf } from "./host";

const pageSize = 50;
const mostPages = 60;

export interface Rows {
  get(position: number): AuditRow | undefined;
  /** Makes sure that the positions are there or asked for. */
  need(first: number, last: number): void;
}

/** `version` and `filter` say when what is held no longer holds; `known` is how many rows the list has so far. */
export function useRows(
  filter: AuditFilter,
  version: number,
  known: number,
  onProblem: (reason: string) => void,
): Rows {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const held = useRef({ key: "", pages: new Map<number, readonly AuditRow[]>(), asked: new Set<number>() });
  const key = `${version} ${filter}`;
  if (held.current.key !== key) held.current = { key, pages: new Map(), asked: new Set() };
  const isMounted = useRef(true);
  useEffect(
    () => () => {
      isMounted.current = false;
    },
    [],
  );

  const fetchPage = (page: number): void => {
    const { pages, asked } = held.current;
    const have = pages.get(page) ?? [];
    const first = page * pageSize + have.length;
    const full = Math.min(pageSize, known - page * pageSize);
    if (asked.has(page) || have.length >= full) return;
    asked.add(page);
    const mine = held.current;
    ask({ type: "rows", filter, first, count: pageSize - have.length })
      .then((rows) => {
        // An answer may be cut short by its size: the rest is asked for when this is drawn. None at all is not asked again.
        if (rows.length > 0) asked.delete(page);
        pages.delete(page);
        pages.set(page, [...have, ...rows]);
        for (const oldest of [...pages.keys()].slice(0, Math.max(0, pages.size - mostPages))) pages.delete(oldest);
      })
      .catch((error: unknown) => onProblem(reasonOf(error)))
      .finally(() => {
        if (isMounted.current && held.current === mine) redraw(0);
      });
  };

  return {
    get: (position) => held.current.pages.get(Math.floor(position / pageSize))?.[position % pageSize],
    need: (first, last) => {
      for (let page = Math.floor(first / pageSize); page <= Math.floor(last / pageSize); page++) fetchPage(page);
    },
  };
}
