/** Where the Audit View shows what: for the tests that look at its rows. */
import type { FrameLocator, Locator } from "playwright-core";

/** The cell of a sample, from 0, in a column such as `input`. */
export const cellOf = (view: FrameLocator, row: number, column: string): Locator =>
  view.locator(`[role="row"][aria-rowindex="${row + 2}"] .of-${column}`);

/** The row that the keyboard acts on. */
export const activeRow = (view: FrameLocator): Locator => view.locator('[role="row"][aria-selected="true"]');
