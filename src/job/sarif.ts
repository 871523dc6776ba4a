/**
 * A scan as a SARIF 2.1.0 log. One result for each sample of a trigger (or, without a trigger, of a rule), where its first
 * finding stands; its other findings are related locations. Fingerprints are of the sample's content, so a result stays the
 * same when rows move. What could not be read, and rules that did not look, are notifications.
 */
import path from "node:path";
import { pathToFileURL } from "node:url";
import type {
  Artifact,
  ArtifactLocation,
  Location,
  Log,
  Notification,
  Region,
  ReportingDescriptor,
  Result,
} from "sarif";
import type { FieldRole, Finding, ScannedFile, ScanReport, SuppressedFinding, Trigger } from "../detect/report";
import { ruleTexts } from "../detect/rule-texts";
import { scanRules } from "../detect/scan";

/** A sample's place and content. */
export interface SarifSample {
  /** `sampleHash` of its texts. */
  readonly hash: string;
  /** Where UTF-16 offsets of a field stand; undefined in a file that has no lines. */
  regionOf(field: FieldRole, start: number, end: number): Region | undefined;
}

export interface SarifFile {
  readonly file: ScannedFile;
  /** Why it could not be read at all. */
  readonly problem: string | null;
  /** How many records could not be read; `file.skipped` may list fewer. */
  readonly skipped: number;
  /** A sample that has findings. */
  sampleAt(row: number): SarifSample | undefined;
}

const schema = "https://json.schemastore.org/sarif-2.1.0.json";

/** Relative to `folder` where the file is inside it, as code scanning wants it. */
function locationOf(file: string, folder: string): ArtifactLocation {
  const relative = path.relative(folder, path.resolve(folder, file));
  const isInside = relative !== "" && !relative.startsWith("..") && !path.isAbsolute(relative);
  if (!isInside) return { uri: pathToFileURL(path.resolve(folder, file)).href };
  return { uri: relative.split(path.sep).map(encodeURIComponent).join("/"), uriBaseId: "%SRCROOT%" };
}

const descriptors: readonly ReportingDescriptor[] = scanRules.map((rule) => {
  const { name, short, help } = ruleTexts[rule];
  return {
    id: rule,
    name: name.replace(/ (\w)/g, (_match, letter: string) => letter.toUpperCase()),
    shortDescription: { text: name },
    fullDescription: { text: short },
    help: { text: `${short} ${help}`, markdown: `${short}\n\n${help}` },
    defaultConfiguration: { level: "warning" },
    properties: { tags: ["security", "data-poisoning"], precision: "high" },
  };
});

type AnyFinding = Finding | SuppressedFinding;

/** The findings of one sample that belong together: by their trigger, else by their rule. */
function clustersOf(findings: readonly AnyFinding[], datasetOf: (file: string) => string | undefined): AnyFinding[][] {
  const clusters = new Map<string, AnyFinding[]>();
  for (const finding of findings) {
    const reason = "reason" in finding ? finding.reason : "";
    const key = JSON.stringify([datasetOf(finding.file), finding.row, finding.trigger ?? finding.rule, reason]);
    const cluster = clusters.get(key);
    if (cluster === undefined) clusters.set(key, [finding]);
    else cluster.push(finding);
  }
  return [...clusters.values()];
}

/** The log. `folder` is what relative paths count from; `files` are the report's. */
export function sarifLog(report: ScanReport, files: readonly SarifFile[], folder: string): Log {
  const { triggers, findings, suppressed, tool, detectors } = report;
  const byPath = new Map(files.flatMap((one) => pathsOf(one.file).map((name) => [name, one] as const)));
  const byId = new Map<string, Trigger>(triggers.map((trigger) => [trigger.id, trigger]));
  const artifacts = files.flatMap((one) => artifactsOf(one, folder));
  const order = new Map(files.flatMap(({ file }) => pathsOf(file)).map((name, index) => [name, index]));
  const occurrences = new Map<string, number>();

  const locate = (finding: AnyFinding): Location => {
    const { file, row, field, start, end } = finding;
    const region = byPath.get(file)?.sampleAt(row)?.regionOf(field, start, end);
    const index = order.get(file);
    return {
      physicalLocation: {
        artifactLocation: { ...locationOf(file, folder), ...(index === undefined ? {} : { index }) },
        ...(region === undefined ? {} : { region }),
      },
      logicalLocations: [{ name: field, fullyQualifiedName: `row ${row}, ${field}`, kind: "element" }],
    };
  };

  const resultOf = (cluster: readonly AnyFinding[]): Result => {
    const strongest = [...cluster].sort(
      (a, b) => Number(b.verdict === "suspect") - Number(a.verdict === "suspect"),
    )[0]!;
    const trigger = strongest.trigger === null ? undefined : byId.get(strongest.trigger);
    const shown = cluster.find(({ rule }) => rule === trigger?.rule) ?? strongest;
    const rule = trigger?.rule ?? shown.rule;
    const { file, row, message } = shown;
    const hash = byPath.get(file)?.sampleAt(row)?.hash ?? "";
    const identity = `${rule} ${hash}`;
    const number = (occurrences.get(identity) ?? 0) + 1;
    occurrences.set(identity, number);
    const isSuspect = strongest.verdict === "suspect";
    const related = cluster
      .filter((finding) => finding !== shown)
      .map((finding, index) => ({ id: index + 1, ...locate(finding), message: { text: finding.message } }));
    return {
      ruleId: rule,
      ruleIndex: descriptors.findIndex(({ id }) => id === rule),
      level: !isSuspect ? "note" : trigger?.payload != null ? "error" : "warning",
      message: { text: message },
      locations: [locate(shown)],
      ...(related.length === 0 ? {} : { relatedLocations: related }),
      rank: Math.round(1000 * Math.max(...cluster.map(({ score }) => score))) / 10,
      ...(hash === ""
        ? {}
        : {
            partialFingerprints: {
              "sampleContent/v1": hash,
              primaryLocationLineHash: `${hash.slice(0, 16)}:${number}`,
            },
          }),
      ...("reason" in shown ? { suppressions: [{ kind: "external", justification: shown.reason }] } : {}),
      properties: {
        row,
        verdict: strongest.verdict,
        trigger: trigger?.text ?? null,
        payload: trigger?.payload ?? null,
      },
    };
  };

  return {
    version: "2.1.0",
    $schema: schema,
    runs: [
      {
        tool: {
          driver: { name: tool.name, version: tool.version, semanticVersion: tool.version, rules: [...descriptors] },
        },
        columnKind: "utf16CodeUnits",
        artifacts,
        invocations: [
          {
            executionSuccessful: true,
            toolExecutionNotifications: [
              ...files.flatMap((one) => unreadIn(one, folder)),
              ...detectors.flatMap(({ rule, status, reason }): Notification[] =>
                reason === null
                  ? []
                  : [
                      {
                        level: "note",
                        associatedRule: { id: rule },
                        descriptor: { id: status === "ran" ? "rule-in-part" : "rule-skipped" },
                        message: { text: `${rule} ${status === "ran" ? "looked in part" : "did not run"}: ${reason}` },
                      },
                    ],
              ),
            ],
          },
        ],
        results: clustersOf([...findings, ...(suppressed ?? [])], (name) => byPath.get(name)?.file.path).map(resultOf),
        properties: { verdict: report.verdict, samples: report.samples },
      },
    ],
  };
}

const pathsOf = ({ path: input, outputPath }: ScannedFile): string[] =>
  outputPath === undefined ? [input] : [input, outputPath];

function artifactsOf({ file }: SarifFile, folder: string): Artifact[] {
  const names = pathsOf(file);
  // Of paired text there is one hash and one size for both.
  const facts =
    names.length > 1 || file.sha256 === null ? {} : { hashes: { "sha-256": file.sha256 }, length: file.bytes };
  return names.map((name) => ({ location: locationOf(name, folder), roles: ["analysisTarget"], ...facts }));
}

function unreadIn({ file, problem, skipped }: SarifFile, folder: string): Notification[] {
  const artifactLocation = locationOf(file.path, folder);
  const notice = (level: "error" | "warning", id: string, text: string, line?: number): Notification => ({
    level,
    descriptor: { id },
    message: { text },
    locations: [
      { physicalLocation: { artifactLocation, ...(line === undefined ? {} : { region: { startLine: line } }) } },
    ],
  });
  const hasLines = file.format !== "parquet" && file.compression === undefined;
  const unlisted = skipped - file.skipped.length;
  return [
    ...(problem === null ? [] : [notice("error", "unreadable-file", problem)]),
    ...file.skipped.map(({ row, line, reason }) =>
      notice("warning", "skipped-record", `row ${row} could not be read: ${reason}`, hasLines ? line : undefined),
    ),
    ...(unlisted > 0 ? [notice("warning", "skipped-record", `${unlisted} more records could not be read`)] : []),
  ];
}
