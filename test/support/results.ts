/** What each stage of `npm test` passed, failed and skipped: written as JSON by the stage, added up at the end. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { artifacts } from "./places";

export interface StageResult {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const folder = path.join(artifacts, "results");
const fileOf = (stage: string): string => path.join(folder, `${stage}.json`);

/** So that a stage that dies is never counted by what it wrote last time. */
export function forgetResults(): void {
  rmSync(folder, { recursive: true, force: true });
}

export function writeResult(stage: string, result: StageResult): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(fileOf(stage), JSON.stringify(result));
}

/** `undefined` where the stage ended before it wrote a result. */
export function readResult(stage: string): StageResult | undefined {
  try {
    return JSON.parse(readFileSync(fileOf(stage), "utf8")) as StageResult;
  } catch {
    return undefined;
  }
}

/** The closing line that continuous integration reads. */
export function closingLine({ passed, failed, skipped }: StageResult): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
