/** What a job writes where its user says: checked before the work, so that nothing is lost by it or for lack of a place. */
import path from "node:path";
import { truthPath } from "../attack/truth";
import { Failure } from "../foundation/failure";
import { identityOf } from "../foundation/same-file";
import { checkWritableFile } from "../foundation/writable";
import type { SpecInput } from "./spec";

/** The files and folders that a spec names to be written. */
export function targetsOf(spec: SpecInput): string[] {
  const named =
    spec.job === "scan"
      ? [spec.json, spec.sarif, spec.quarantine, spec.clean]
      : spec.job === "poison"
        ? [spec.out, truthPath(spec.out)]
        : spec.job === "finetune" || spec.job === "export"
          ? [spec.out]
          : [];
  return named.filter((target) => target !== undefined);
}

/**
 * Throws a `Failure` for a target file that is one of the `inputs` or another target, by whatever path (wrong usage), and
 * for one that cannot be written.
 */
export async function checkTargets(targets: readonly string[], inputs: readonly string[]): Promise<void> {
  const read = new Set(await Promise.all(inputs.map(identityOf)));
  const written = new Set<string>();
  for (const file of targets) {
    const identity = await identityOf(file);
    const problem = read.has(identity)
      ? "the result would replace a file that is read"
      : written.has(identity)
        ? "two results would go to the same file"
        : null;
    if (problem !== null) throw new Failure(problem, { file, remedy: "Name another file", usage: true });
    written.add(identity);
    await checkWritableFile(file);
  }
}

/** Throws a `Failure` (wrong usage) where the JSON report would go to a file that is taken for SARIF. */
export function checkReportFormat(file: string): void {
  if (path.extname(file).toLowerCase() !== ".sarif") return;
  throw new Failure("the JSON report is no SARIF", {
    file,
    remedy: "Name it with --sarif, or a .json file",
    usage: true,
  });
}
