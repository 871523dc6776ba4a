/**
 * The findings that somebody has looked at and accepted, with the reason why: `.dece/baseline.json`. A suppression names a
 * sample by the hash of its texts, so it holds wherever the sample stands, in whatever file and format, and no longer once
 * a text changes. The file holds no dataset text. A baseline that cannot be understood is a `Failure`, never an empty one.
 */
import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { writeFileAtomically } from "../foundation/atomic-write";
import { asFileFailure, Failure } from "../foundation/failure";
import { withFileLock } from "../foundation/file-lock";
import { ignoreFolder } from "./ignore-folder";

const suppressionSchema = z.object({
  /** `sampleHash` of the sample. */
  hash: z.string().regex(/^[0-9a-f]{64}$/, "64 hexadecimal digits are needed"),
  /** The rule whose findings in the sample are accepted; one that this version does not know is kept. */
  rule: z.string().regex(/^[a-z][a-z-]*$/, "a rule's name is needed"),
  /** Why, in the words of who accepted it. */
  reason: z.string().trim().min(1, "a reason is needed").max(1000, "at most 1,000 characters are possible"),
  /** When: ISO 8601, UTC. */
  added: z.iso.datetime(),
});
const baselineSchema = z.object({ version: z.literal(1), suppressions: z.array(suppressionSchema) });

export type Suppression = Readonly<z.output<typeof suppressionSchema>>;
/** Which finding to accept; `suppress` adds the time. */
export type NewSuppression = Omit<Suppression, "added">;
export type SuppressedFinding = Pick<Suppression, "hash" | "rule">;

export interface Baseline {
  readonly path: string;
  /** By hash, then by rule; at most one of each pair. */
  readonly suppressions: readonly Suppression[];
}

const largestBytes = 64 * 1024 * 1024;

/** Where a folder keeps its baseline. */
export const baselinePath = (folder: string): string => path.join(folder, ".dece", "baseline.json");

/** SHA-256 of both texts of a sample, hexadecimal: what a suppression names it by. */
export const sampleHash = (input: string, output: string): string =>
  createHash("sha256").update(`${input}\0${output}`).digest("hex");

const keyOf = ({ hash, rule }: SuppressedFinding): string => `${hash} ${rule}`;
const inOrder = (a: Suppression, b: Suppression): number => (keyOf(a) < keyOf(b) ? -1 : 1);

function parseBaseline(file: string, text: string): Baseline {
  const refuse = (what: string, cause?: unknown): Failure =>
    new Failure(`it is no baseline: ${what}`, {
      file,
      remedy: "Correct the file, or move it away to begin anew",
      cause,
    });
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw refuse((error as Error).message, error);
  }
  const result = baselineSchema.safeParse(value);
  if (!result.success) {
    const { path: place, message } = result.error.issues[0]!;
    throw refuse(`${place.length === 0 ? "the whole" : place.join(".")}: ${message}`);
  }
  const unique = new Map(result.data.suppressions.map((one) => [keyOf(one), one]));
  return { path: file, suppressions: [...unique.values()].sort(inOrder) };
}

/** Reads the named baseline. Throws a `Failure` that names the file when it is not there, or is no baseline. */
export async function readBaseline(file: string): Promise<Baseline> {
  try {
    if ((await stat(file)).size > largestBytes)
      throw new Failure("it is no baseline: it has more than 64 MB", { file });
    return parseBaseline(file, await readFile(file, "utf8"));
  } catch (error) {
    throw asFileFailure(error, file, "read");
  }
}

/** The baseline of a folder, empty where it keeps none. Throws a `Failure` as `readBaseline` does. */
export async function baselineOf(folder: string): Promise<Baseline> {
  const file = baselinePath(folder);
  try {
    return await readBaseline(file);
  } catch (error) {
    const cause = error instanceof Failure ? error.cause : error;
    if ((cause as { code?: unknown } | undefined)?.code === "ENOENT") return { path: file, suppressions: [] };
    throw error;
  }
}

/** One suppression a line, so that version control can merge what two people accept. */
function asText(suppressions: readonly Suppression[]): string {
  const lines = [...suppressions].sort(inOrder).map((one) => `    ${JSON.stringify(one)}`);
  return `{\n  "version": 1,\n  "suppressions": [${lines.length === 0 ? "" : `\n${lines.join(",\n")}\n  `}]\n}\n`;
}

/** Changes a folder's baseline while no other process does. */
async function change(folder: string, edit: (suppressions: Map<string, Suppression>) => void): Promise<Baseline> {
  const file = baselinePath(folder);
  return withFileLock(file, async () => {
    const before = await baselineOf(folder);
    const suppressions = new Map(before.suppressions.map((one) => [keyOf(one), one]));
    edit(suppressions);
    await ignoreFolder(folder);
    await writeFileAtomically(file, asText([...suppressions.values()]));
    return { path: file, suppressions: [...suppressions.values()].sort(inOrder) };
  });
}

/**
 * Accepts findings; what other processes accept at the same time is kept. A finding that was accepted before gets the new
 * reason. Throws a `Failure` for a missing reason, a baseline that is none (it is left as it is), and a place that
 * cannot be written.
 */
export async function suppress(
  folder: string,
  accepted: readonly NewSuppression[],
  now: Date = new Date(),
): Promise<Baseline> {
  const checked = accepted.map((one) => {
    const result = suppressionSchema.safeParse({ ...one, added: now.toISOString() });
    if (result.success) return result.data;
    throw new Failure(result.error.issues[0]!.message, { usage: true });
  });
  return change(folder, (suppressions) => {
    for (const one of checked) suppressions.set(keyOf(one), one);
  });
}

/** Takes suppressions back; those that are not there are passed over. Throws as `suppress` does. */
export async function unsuppress(folder: string, taken: readonly SuppressedFinding[]): Promise<Baseline> {
  return change(folder, (suppressions) => {
    for (const one of taken) suppressions.delete(keyOf(one));
  });
}

const indices = new WeakMap<Baseline, ReadonlyMap<string, Suppression>>();

/** The suppression of a sample's findings by a rule, or undefined. */
export function suppressionOf(baseline: Baseline, hash: string, rule: string): Suppression | undefined {
  let index = indices.get(baseline);
  if (index === undefined) {
    index = new Map(baseline.suppressions.map((one) => [keyOf(one), one]));
    indices.set(baseline, index);
  }
  return index.get(keyOf({ hash, rule }));
}

/** Whether the findings of a rule in a sample are accepted. */
export const isSuppressed = (baseline: Baseline, hash: string, rule: string): boolean =>
  suppressionOf(baseline, hash, rule) !== undefined;
