/**
 * What a scan costs by the number of samples: Bugs2Fix's files one after the other, from the start again where they are used up. Files
 * of more than 24 MB are read row by row, as `scan` reads them. Prints processor time, which other work on the machine hardly changes.
 */
import { statSync } from "node:fs";
import { parseSpec } from "../src/job/parse-spec";
import { scan } from "../src/job/scan";
import { readPairs, writePairs, type Pair } from "./detect-data";

const sizes = [10_000, 50_000, 200_000];
const files = ["java_train", "java_eval", "java_test", "medium_java_valid", "medium_java_test"];

async function allPairs(): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for (const name of files) {
    const file = `bugs2fix/${name}.jsonl.gz`;
    const part = await readPairs({ name, file, attacks: [], payload: "loop", rates: [] }, Number.MAX_SAFE_INTEGER);
    pairs.push(...(part ?? []));
  }
  return pairs;
}

/** Prints one line for each size. */
export async function measureScaling(): Promise<void> {
  const pairs = await allPairs();
  if (pairs.length === 0) {
    console.error("../shared/data/bugs2fix is absent: nothing is measured");
    return;
  }
  console.log(`${pairs.length} different samples`);
  console.log("| samples | MB | processor s | ms a sample | flagged |");
  console.log("|---|---|---|---|---|");
  for (const size of sizes) {
    const file = writePairs(
      `scaling-${size}`,
      Array.from({ length: size }, (_none, row) => pairs[row % pairs.length]!),
    );
    const began = process.cpuUsage();
    const report = await scan(parseSpec("scan", { paths: [file] }), {
      signal: new AbortController().signal,
      report: () => undefined,
    });
    const { user, system } = process.cpuUsage(began);
    const seconds = (user + system) / 1e6;
    const megabytes = (statSync(file).size / 1e6).toFixed(1);
    console.log(`| ${size} | ${megabytes} | ${seconds.toFixed(1)} | ${((1000 * seconds) / size).toFixed(2)} | ${report.samples.flagged} |`); // prettier-ignore
  }
}
