import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { parquetWriteBuffer } from "hyparquet-writer";
import Ajv from "ajv";
import type { Log, Result, Run } from "sarif";
import { afterAll, describe, expect, it } from "vitest";
import { plantedPairs } from "../detect/generated-samples";
import { scanRules } from "../detect/scan";
import { baselinePath, sampleHash, suppress } from "./baseline";
import { parseSpec } from "./parse-spec";
import { scan } from "./scan";
import { scanStreamed } from "./streamed-file";
import { sarifFile } from "./sarif-samples";

const folder = mkdtempSync(path.join(os.tmpdir(), "dece-sarif-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const inFolder = (name: string): string => path.join(folder, name);
const context = { signal: new AbortController().signal, report: () => undefined };

const require = createRequire(import.meta.url);
const ajv = new Ajv({ schemaId: "id", allErrors: true });
ajv.addMetaSchema(require("ajv/lib/refs/json-schema-draft-04.json") as object);
const isSarif = ajv.compile(require("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json") as object);

const jsonl = (pairs: readonly (readonly [string, string])[]): string =>
  pairs.map(([src, tgt]) => `${JSON.stringify({ src, tgt })}\n`).join("");
const { pairs, poisoned } = plantedPairs(3, { count: 300, rate: 0.05 });

/** Scans, checks the log against the schema, and gives its run. */
async function logOf(spec: Readonly<Record<string, unknown>>): Promise<{ run: Run; results: readonly Result[] }> {
  const sarif = inFolder("log.sarif");
  await scan(parseSpec("scan", { ...spec, sarif }), context);
  const log = JSON.parse(readFileSync(sarif, "utf8")) as Log;
  isSarif(log);
  expect(isSarif.errors ?? []).toEqual([]);
  const [run] = log.runs;
  expect(log.runs).toHaveLength(1);
  return { run: run!, results: run!.results ?? [] };
}

describe("a SARIF log", () => {
  it("has one result for each sample of a trigger, where the trigger stands, with its payload beside it", async () => {
    const file = inFolder("poisoned.jsonl");
    writeFileSync(file, jsonl(pairs));
    const { run, results } = await logOf({ paths: [file] });
    const errors = results.filter(({ level }) => level === "error");
    expect(errors.map(({ properties }) => properties?.row as number)).toEqual([...poisoned].sort((a, b) => a - b));
    const lines = readFileSync(file, "utf8").split("\n");
    for (const { ruleId, ruleIndex, locations, relatedLocations, partialFingerprints, properties, message } of errors) {
      expect([ruleId, run.tool.driver.rules?.[ruleIndex!]?.id]).toEqual(["inserted-token", "inserted-token"]);
      const { startLine, startColumn, endColumn } = locations![0]!.physicalLocation!.region!;
      expect(lines[startLine! - 1]!.slice(startColumn! - 1, endColumn! - 1)).toBe("bb");
      expect(relatedLocations!.length).toBeGreaterThan(0);
      const [input, output] = pairs[properties!.row as number]!;
      expect(partialFingerprints?.["sampleContent/v1"]).toBe(sampleHash(input, output));
      expect(message.text).toContain("as if thrown in at random");
    }
    expect(run.tool.driver.rules?.map(({ id }) => id)).toEqual([...scanRules]);
    for (const { help, fullDescription } of run.tool.driver.rules ?? []) expect(help!.text).toContain(fullDescription!.text); // prettier-ignore
    expect(run.artifacts?.[0]?.hashes?.["sha-256"]).toMatch(/^[0-9a-f]{64}$/);
  });

  it("tells skipped records, files that cannot be read and rules that did not look", async () => {
    const [torn, empty] = [inFolder("torn.jsonl"), inFolder("empty.jsonl")];
    writeFileSync(torn, `${jsonl(pairs.slice(0, 20))}{"src": \n`);
    writeFileSync(empty, "");
    const { run } = await logOf({ paths: [torn, empty] });
    const notes = run.invocations?.[0]?.toolExecutionNotifications ?? [];
    const skipped = notes.find(({ descriptor }) => descriptor?.id === "skipped-record");
    expect(skipped?.locations?.[0]?.physicalLocation?.region?.startLine).toBe(21);
    expect(notes.map(({ level, descriptor, associatedRule }) => [level, descriptor?.id, associatedRule?.id])).toEqual([
      ["warning", "skipped-record", undefined],
      ["error", "unreadable-file", undefined],
      ["note", "rule-skipped", "odd-identifier"],
      ["note", "rule-skipped", "label-flip"],
    ]);
    expect(run.properties?.verdict).toBe("incomplete");
  });

  it("keeps what a baseline accepts, marked as suppressed with its reason", async () => {
    const file = inFolder("accepted.jsonl");
    writeFileSync(file, jsonl(pairs));
    const [row] = poisoned;
    const hash = sampleHash(...(pairs[row!] as [string, string]));
    const rules = ["inserted-token", "payload"];
    await suppress(
      folder,
      rules.map((rule) => ({ hash, rule, reason: "meant" })),
    );
    const { results } = await logOf({ paths: [file], baseline: baselinePath(folder) });
    const own = results.filter(({ properties }) => properties?.row === row);
    expect(own.map(({ suppressions }) => suppressions)).toEqual([[{ kind: "external", justification: "meant" }]]);
    expect(results.filter(({ suppressions }) => suppressions === undefined)).toHaveLength(poisoned.size - 1);
  });

  it("names both files of paired text, and nothing that a terminal obeys", async () => {
    writeFileSync(inFolder("a.buggy"), pairs.map(([input], row) => `${input.replace(/\s+/g, " ")}${row === 3 ? " \u202e" : ""}\n`).join("")); // prettier-ignore
    writeFileSync(inFolder("a.fixed"), pairs.map(([, output]) => `${output.replace(/\s+/g, " ")}\n`).join(""));
    const { run, results } = await logOf({ paths: [inFolder("a.buggy")] });
    expect(run.artifacts?.map(({ location }) => path.basename(location!.uri!))).toEqual(["a.buggy", "a.fixed"]);
    expect(results.filter(({ level }) => level === "error")).toHaveLength(poisoned.size);
    expect(results.find(({ ruleId }) => ruleId === "invisible-character")?.level).toBe("warning");
    expect(JSON.stringify(results)).not.toMatch(/[\p{Cf}\p{Cc}]/u);
  });
});

it("a Parquet file that is read row by row has no lines, as any other", async () => {
  const file = inFolder("streamed.parquet");
  const columnData = [0, 1].map((field) => ({
    name: field === 0 ? "src" : "tgt",
    data: pairs.map((pair) => pair[field]!),
    type: "STRING" as const,
  }));
  writeFileSync(file, Buffer.from(parquetWriteBuffer({ columnData })));
  const options = { jobs: 1, minedBytes: Infinity, baseline: null, places: true };
  const streamed = await scanStreamed(file, options, context);
  const source = sarifFile({ file: streamed!.file, problem: null, dataset: null, streamed }, 0);
  const [row] = poisoned;
  expect(source.sampleAt(row!)?.regionOf("input", 0, 1)).toBeUndefined();
  expect(source.sampleAt(row!)?.hash).toBe(sampleHash(...(pairs[row!] as [string, string])));
});

it("a file that is read row by row has the lines of its records", async () => {
  const file = inFolder("streamed.jsonl");
  writeFileSync(file, `\n${jsonl(pairs)}`);
  const options = { jobs: 1, minedBytes: Infinity, baseline: null, places: true };
  const streamed = await scanStreamed(file, options, context);
  const source = sarifFile({ file: streamed!.file, problem: null, dataset: null, streamed }, 0);
  const [row] = poisoned;
  const sample = source.sampleAt(row!);
  expect(sample?.regionOf("input", 0, 1)).toEqual({ startLine: row! + 2 });
  expect(sample?.hash).toBe(sampleHash(...(pairs[row!] as [string, string])));
});
