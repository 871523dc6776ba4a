/** Commands and flags (docs/contract.md), and how a command ends: its exit code, and one line about what went wrong. */
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { z } from "zod";
import { writeFileAtomically } from "../foundation/atomic-write";
import { isAttackName } from "../attack/attack-names";
import { Cancelled, Failure } from "../foundation/failure";
import { installationVersion } from "../foundation/installation";
import { doctorText } from "../job/doctor/text";
import { flagOf, parseSpec } from "../job/parse-spec";
import type { ReportOf } from "../job/run-job";
import { specSchemas, type JobName, type JobSpec } from "../job/spec";
import { checkTargets } from "../job/targets";
import { printable } from "./printable";
import { ProgressPrinter, type ProgressStream } from "./progress";
import { demoText, exportText, finetuneText, poisonText, probeText, scanText } from "./report-text";

export interface CommandLineContext {
  readonly stdout: ProgressStream;
  readonly stderr: ProgressStream;
  /** The folder whose `.dece/runs` records runs: the current one. */
  readonly workspace: string;
  readonly signal: AbortSignal;
}

export type ExitCode = 0 | 1 | 2 | 3 | 4 | "cancelled";

/**
 * Runs one command. Never throws: what went wrong is one line on stderr. Exit codes: 0 done, 2 failed, 4 wrong usage; for
 * scan 1 suspect, 3 nothing suspect but not everything could be read.
 */
export async function runCommandLine(argv: readonly string[], context: CommandLineContext): Promise<ExitCode> {
  let code: ExitCode = 0;
  const program = makeProgram(context, (result) => (code = result));
  try {
    await program.parseAsync(argv, { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 4;
    const tell = (line: string): unknown => context.stderr.write(`dece-audit: ${printable(line)}\n`);
    if (error instanceof Cancelled) {
      tell("cancelled; nothing half-written is left.");
      return "cancelled";
    }
    const isFailure = error instanceof Failure;
    const message = error instanceof Error ? error.message : String(error);
    tell(
      isFailure ? error.oneLine : `internal error: ${message}. Run it again with --verbose and report what it says.`,
    );
    if (program.opts().verbose === true && error instanceof Error) {
      context.stderr.write(`${error.stack ?? message}\n`);
      if (error.cause instanceof Error) context.stderr.write(`caused by ${error.cause.stack ?? ""}\n`);
    }
    return isFailure && error.usage ? 4 : 2;
  }
}

type Flags = Readonly<Record<string, unknown>>;
type Settle = (code: ExitCode) => void;

function makeProgram(context: CommandLineContext, settle: Settle): Command {
  const program = new Command("dece-audit")
    .description("Find backdoor triggers in code fine-tuning data, fine-tune with DeCE, and measure ASR and BLEU.")
    .version(installationVersion())
    .option("--verbose", "print the stack trace of an error")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void context.stdout.write(text),
      writeErr: (text) => void context.stderr.write(text),
      outputError: (text, write) => {
        const line = printable(text.trim().replace(/^error: /, ""));
        write(`dece-audit: ${line}${/[.?)]$/.test(line) ? "" : "."} See --help for what there is.\n`);
      },
    });
  const run = <Job extends JobName>(job: Job, spec: Flags): Promise<ReportOf[Job]> => runWith(job, spec, context);
  const print = (text: string): void => void context.stdout.write(`${text}\n`);

  add(program, "scan", "find suspected triggers in datasets", [
    "format",
    "input",
    "output",
    "language",
    "json",
    "sarif",
    "quarantine",
    "clean",
    "baseline",
    "jobs",
  ])
    .argument("<files...>", "dataset files or folders")
    .action(async (paths: string[], flags: Flags) => {
      const report = await run("scan", { ...flags, paths });
      const { scanExitCode } = await import("../job/scan");
      print(scanText(report));
      settle(scanExitCode(report));
    });

  add(program, "poison", "make a poisoned copy of a dataset for evaluation", [
    "format",
    "input",
    "output",
    "language",
    "attack",
    "trigger",
    "surrogate",
    "payload",
    "rate",
    "seed",
    "out",
  ])
    .argument("<file>", "a dataset file")
    .action(async (data: string, flags: Flags) => print(poisonText(await run("poison", { ...flags, data }))));

  add(program, "finetune", "fine-tune a model", [
    "data",
    "format",
    "input",
    "output",
    "model",
    "task",
    "loss",
    "preset",
    "alpha",
    "epsilon",
    "q",
    "loraRank",
    "loraAlpha",
    "loraTargets",
    "epochs",
    "batchSize",
    "accumulate",
    "checkpointing",
    "precision",
    "learningRate",
    "maxInput",
    "maxOutput",
    "seed",
    "device",
    "valid",
    "test",
    "surrogate",
    "payload",
    "limit",
    "out",
    "resume",
  ])
    .option(
      "--probe-trigger <attack|text>",
      "measure ASR with it after each epoch: an attack's name or a trigger's text",
    )
    .action(async ({ resume, ...given }: Flags) => {
      if (typeof resume === "string") {
        refuseBesideResume(given);
        const { resumedSpec } = await import("../job/resume");
        print(finetuneText(await run("finetune", { ...(await resumedSpec(resume, context.workspace)) })));
        return;
      }
      const { probeTrigger, ...flags } = given;
      const isAttack = typeof probeTrigger === "string" && isAttackName(probeTrigger);
      print(finetuneText(await run("finetune", { ...flags, [isAttack ? "attack" : "trigger"]: probeTrigger })));
    });

  add(program, "probe", "measure BLEU and ASR of a checkpoint; accuracy, F1 and ASR of a classifier", [
    "checkpoint",
    "data",
    "format",
    "input",
    "output",
    "attack",
    "trigger",
    "surrogate",
    "payload",
    "truth",
    "limit",
    "maxInput",
    "maxOutput",
    "seed",
    "device",
  ])
    .option("--json <file>", "write the report there")
    .action(async ({ json, ...flags }: Flags) => {
      await checkJson(json, [flags.data, flags.truth]);
      const report = await run("probe", flags);
      await writeJson(json, report);
      print(probeText(report));
    });

  add(program, "demo", "the whole story on the examples: scan, fine-tune with CE and with DeCE, probe both", [
    "seed",
    "device",
  ])
    .option("--json <file>", "write the numbers there")
    .action(async ({ json, ...flags }: Flags) => {
      await checkJson(json, []);
      const report = await run("demo", flags);
      await writeJson(json, report);
      print(demoText(report));
    });

  add(program, "export", "write a checkpoint as ONNX files that transformers.js loads", ["checkpoint", "out"]).action(
    async (flags: Flags) => print(exportText(await run("export", flags))),
  );

  add(program, "doctor", "what this machine can do: engine, GPU, memory, and the remedy for what does not work", [])
    .option("--json <file>", "write the report there")
    .action(async ({ json }: Flags) => {
      await checkJson(json, []);
      const report = await run("doctor", {});
      await writeJson(json, report);
      print(doctorText(report));
    });
  return program;
}

/** With `--resume` every setting is the stopped run's; `flags` are the others. */
function refuseBesideResume(flags: Flags): void {
  const [other] = Object.keys(flags);
  if (other === undefined) return;
  const flag = `--${other.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  throw new Failure(`${flag} cannot be given with --resume, which takes every setting from the run`, {
    remedy: "Leave it out",
    usage: true,
  });
}

interface FieldSchema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly default?: string | number | boolean;
  readonly description?: string;
}

/** The job's schema as JSON Schema: what a flag's help text, choices and default are made from. */
function fieldsOf(job: JobName): { properties: Readonly<Record<string, FieldSchema>>; required: readonly string[] } {
  const { properties, required } = z.toJSONSchema(specSchemas[job], { io: "input" });
  return { properties: (properties ?? {}) as Readonly<Record<string, FieldSchema>>, required: required ?? [] };
}

/** A subcommand with a flag for each of the named fields of its spec. */
function add(program: Command, job: JobName, description: string, fields: readonly string[]): Command {
  const { properties, required } = fieldsOf(job);
  const command = program.command(job).description(description);
  for (const field of fields) {
    const schema = properties[field];
    if (schema === undefined) throw new RangeError(`${job} has no field ${field}`);
    if (schema.type === "boolean") {
      command.addOption(new Option(flagOf(job, field), (schema.description ?? "").replace("true to ", "")));
      continue;
    }
    const value = schema.enum?.join("|") ?? (schema.type === "string" ? "text" : "number");
    const notes = [
      ...(required.includes(field) ? ["needed"] : []),
      ...(schema.default === undefined ? [] : [`default: ${schema.default}`]),
    ];
    const help = `${schema.description ?? ""}${notes.length === 0 ? "" : ` (${notes.join(", ")})`}`;
    const option = new Option(`${flagOf(job, field)} <${value}>`, help);
    command.addOption(schema.type === "string" ? option : option.argParser(asNumber));
  }
  return command;
}

function asNumber(text: string): number {
  const value = text.trim() === "" ? NaN : Number(text);
  if (Number.isNaN(value)) throw new InvalidArgumentError("Give a number.");
  return value;
}

/** Flags are stored under their own names (`--lr` as `lr`); the spec wants its fields' names. */
function withFieldNames(job: JobName, flags: Flags): Flags {
  const fields = new Map<string, string>();
  for (const field of Object.keys(specSchemas[job].shape)) {
    const flag = flagOf(job, field);
    if (flag.startsWith("--")) fields.set(new Option(flag).attributeName(), field);
  }
  return Object.fromEntries(Object.entries(flags).map(([name, value]) => [fields.get(name) ?? name, value]));
}

async function runWith<Job extends JobName>(
  job: Job,
  flags: Flags,
  { stderr, workspace, signal }: CommandLineContext,
): Promise<ReportOf[Job]> {
  const spec = parseSpec(job, withFieldNames(job, flags), "flag");
  const progress = new ProgressPrinter(stderr);
  const { runJob } = await import("../job/run-job");
  try {
    const { report } = await runJob<JobSpec>(spec, {
      signal,
      workspace,
      report: (event) => progress.report(event),
      onDirectory: (directory) =>
        progress.report({ type: "log", level: "info", message: `run directory: ${directory}` }),
    });
    return report as ReportOf[Job];
  } finally {
    progress.end();
  }
}

/** Before the job: a report that cannot be written, or would replace the data, is told at once. */
async function checkJson(file: unknown, inputs: readonly unknown[]): Promise<void> {
  if (typeof file !== "string") return;
  const read = inputs.filter((input) => typeof input === "string");
  await checkTargets([file], read);
}

async function writeJson(file: unknown, report: unknown): Promise<void> {
  if (typeof file === "string") await writeFileAtomically(file, `${JSON.stringify(report, null, 2)}\n`);
}
