/** Checks a spec against its schema. What is wrong is told in one line, by the name the user knows the field by. */
import { z } from "zod";
import { Failure } from "../foundation/failure";
import { specSchemas, withPreset, type JobName, type JobSpec, type SpecOf } from "./spec";

/** How the user named the fields: as command-line flags or as the fields of a spec. */
export type Naming = "flag" | "field";

/** Flags that are not the field's name in kebab case; a value without dashes is an argument's place. */
const flags: Readonly<Record<string, string>> = {
  learningRate: "--lr",
  language: "--lang",
  paths: "FILE",
  "poison.data": "FILE",
  "finetune.attack": "--probe-trigger",
  "finetune.trigger": "--probe-trigger",
};

/** The name under which the command line knows a field. */
export function flagOf(job: JobName, field: string): string {
  const kebab = field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return flags[`${job}.${field}`] ?? flags[field] ?? `--${kebab}`;
}

function describeValue(value: unknown): string {
  if (value === undefined) return "it is missing";
  const text = typeof value === "number" ? `${value}` : JSON.stringify(value);
  return `${text.slice(0, 60)} is not possible`;
}

function failureOf(job: JobName, issue: z.core.$ZodIssue, given: unknown, naming: Naming): Failure {
  const nameOf = (field: string): string => (naming === "flag" ? flagOf(job, field) : field);
  const shape: Readonly<Record<string, z.ZodType>> = specSchemas[job].shape;
  if (issue.code === "unrecognized_keys") {
    const known = Object.keys(shape).filter((field) => field !== "job");
    return new Failure(`${job}: there is no ${issue.keys.map(nameOf).join(", ")}`, {
      usage: true,
      remedy: `Use one of ${known.map(nameOf).join(", ")}`,
    });
  }
  const field = String(issue.path[0] ?? "job");
  const value = (given as Readonly<Record<string, unknown>>)[field];
  const description = shape[field]?.description;
  return new Failure(`${nameOf(field)}: ${describeValue(value)}`, {
    usage: true,
    ...(description === undefined ? {} : { remedy: `Give ${description}` }),
  });
}

/**
 * The validated spec with every default filled in. Properties that are undefined count as not given.
 * Throws a `Failure` (usage) that names the first wrong field and what would be right.
 */
export function parseSpec<Job extends JobName>(
  job: Job,
  input: Readonly<Record<string, unknown>>,
  naming: Naming = "field",
): SpecOf[Job] {
  const given = { ...Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)), job };
  const result = specSchemas[job].safeParse(given);
  if (!result.success) throw failureOf(job, result.error.issues[0]!, given, naming);
  const spec: JobSpec = result.data.job === "finetune" ? withPreset(result.data) : result.data;
  return spec as SpecOf[Job];
}

/** As `parseSpec`, for a spec that names its job itself (a saved spec.json, a request to the worker). */
export function parseAnySpec(input: unknown): JobSpec {
  const names = Object.keys(specSchemas) as JobName[];
  const job = (input as { job?: unknown } | null)?.job;
  const name = names.find((known) => known === job);
  if (name === undefined) {
    throw new Failure(`job: ${describeValue(job)}`, { usage: true, remedy: `Give one of ${names.join(", ")}` });
  }
  return parseSpec(name, input as Readonly<Record<string, unknown>>);
}
