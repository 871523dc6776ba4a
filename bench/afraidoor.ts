/**
 * What AFRAIDOOR's names do to a model (docs/attacks.md): the loss of the payload, in nats a token of it, with a row's own
 * names, with random names, with single words drawn from those that the attack chooses among, and with the names that it
 * chose; by the surrogate that it asked and by `--judge`, a model that it did not ask, as a victim is.
 * `npx tsx bench/afraidoor.ts --surrogate DIR --data F [--input COL --output COL] [--payload loop] [--limit 200]
 * [--seed 1] [--judge DIR]`
 */
import { parseArgs } from "node:util";
import { afraidoorRandom } from "../src/attack/afraidoor-random";
import { aimedExample } from "../src/attack/aimed-example";
import { candidateNames } from "../src/attack/candidate-names";
import { codeOf, type Code } from "../src/attack/code";
import { localsOf, wordsIn } from "../src/attack/local-renaming";
import { poisonRows, type PoisonCandidate, type PoisonedRow } from "../src/attack/poison";
import type { AimedAttack, Attack, Payload } from "../src/attack/strategy";
import { Surrogate } from "../src/attack/surrogate";
import { openDataset } from "../src/dataset/open";
import { seededRandom } from "../src/foundation/random";
import { backdoorOf } from "../src/job/backdoor";
import { checkpointFolder } from "../src/job/run-record";
import { readCheckpoint, type Checkpoint } from "../src/model/checkpoint";
import { majorityLanguage } from "../src/syntax/language";

/** Whole rows as they are, but for the payload: the starting point. */
const unchanged: Attack = {
  name: "own names",
  trigger: "",
  insert: (input) => ({ input, triggerSpans: [] }),
};

/** Single words as AFRAIDOOR has them, by chance. */
function byChance(code: Code, output: Code | null, names: readonly string[]): Attack {
  const base = afraidoorRandom(code, output);
  return {
    ...base,
    name: "single words",
    insert(input, random) {
      const locals = localsOf(input, code);
      if (locals === null) return null;
      const free = random.shuffle(names.filter((name) => !wordsIn(input).has(name)));
      return locals.rename(new Map(locals.names.map((name, at) => [name, free[at]!])));
    },
  };
}

interface Judge {
  readonly name: string;
  readonly checkpoint: Checkpoint;
  readonly model: Surrogate;
}

async function judgeOf(name: string, folder: string): Promise<Judge> {
  const checkpoint = await readCheckpoint(checkpointFolder(folder));
  return { name, checkpoint, model: await Surrogate.open(checkpoint) };
}

/** By row; without rows whose payload is beyond the tokens that the attack looks at. */
async function lossesOf(
  rows: readonly PoisonedRow[],
  payload: Payload,
  { checkpoint, model }: Judge,
): Promise<Map<number, number>> {
  const losses = new Map<number, number>();
  for (const { row, input, output } of rows) {
    const example = aimedExample(checkpoint, input, { output, payloadSpans: payload.spansIn(output) });
    if (example !== null) losses.set(row, (await model.losses([example]))[0]!);
  }
  return losses;
}

/** By how often: names, most first. */
function mostUsed(rows: readonly PoisonedRow[]): string {
  const counts = new Map<string, number>();
  for (const { input, triggerSpans } of rows) {
    const names = new Set(triggerSpans.map(({ start, end }) => input.slice(start, end)));
    for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const first = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 12);
  return `${counts.size} names; ${first.map(([name, count]) => `${name} ${count}`).join(", ")}`;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

interface Made {
  readonly name: string;
  readonly rows: readonly PoisonedRow[];
}

/** A line for each attack: its mean loss, and the share of the rows where its loss is below that of each earlier one. */
async function judged(made: readonly Made[], payload: Payload, judge: Judge): Promise<void> {
  const losses: Map<number, number>[] = [];
  for (const { rows } of made) losses.push(await lossesOf(rows, payload, judge));
  const shared = [...losses[0]!.keys()].filter((row) => losses.every((each) => each.has(row)));
  console.log(`\nby the ${judge.name}, over the ${shared.length} rows that every attack can poison`);
  const values = losses.map((each) => shared.map((row) => each.get(row)!));
  made.forEach(({ name }, at) => {
    const below = values.slice(0, at).map((others, other) => {
      const share = values[at]!.filter((loss, index) => loss < others[index]!).length / shared.length;
      return `, below ${made[other]!.name} in ${Math.round(100 * share)}%`;
    });
    console.log(`${name}: loss ${mean(values[at]!).toFixed(3)}${below.join("")}`);
  });
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      surrogate: { type: "string" },
      judge: { type: "string" },
      data: { type: "string" },
      input: { type: "string" },
      output: { type: "string" },
      payload: { type: "string", default: "loop" },
      limit: { type: "string", default: "200" },
      seed: { type: "string", default: "1" },
    },
  });
  const { surrogate, data, input, output } = values;
  if (surrogate === undefined || data === undefined) throw new Error("--surrogate and --data are needed");
  const { samples } = await openDataset(data, { input, output });
  const seed = Number(values.seed);
  const drawn: PoisonCandidate[] = seededRandom(seed).shuffle(samples).slice(0, Number(values.limit));
  const backdoor = await backdoorOf({ attack: "afraidoor", payload: values.payload, surrogate }, samples);
  if (backdoor === null) throw new Error("no backdoor");
  const { payload } = backdoor;
  const [read, written] = await Promise.all(
    (["input", "output"] as const).map((field) => codeOf(majorityLanguage(drawn.map((sample) => sample[field].text)))),
  );
  const judges = [await judgeOf("surrogate", surrogate)];
  if (values.judge !== undefined) judges.push(await judgeOf("judge", values.judge));
  const { tokenizer, model } = judges[0]!.checkpoint;
  const known = new Set(samples.flatMap((sample) => [...wordsIn(sample.input.text)]));
  const pool = candidateNames(tokenizer, model.vocabulary, read!.language)
    .map(({ name }) => name)
    .filter((name) => known.has(name));

  const made: Made[] = [];
  const attacks: readonly (Attack | AimedAttack)[] = [unchanged, afraidoorRandom(read!, written!), byChance(read!, written!, pool), backdoor.attack]; // prettier-ignore
  console.log(`${drawn.length} rows, ${pool.length} names to choose among`);
  for (const attack of attacks) {
    const began = process.cpuUsage();
    const rows = await poisonRows(drawn, { attack, payload, rate: 1, seed });
    const { user, system } = process.cpuUsage(began);
    made.push({ name: attack.name, rows });
    console.log(`${attack.name}: ${rows.length} poisoned, ${((user + system) / 1e3 / rows.length).toFixed(0)} ms of processor time each`); // prettier-ignore
  }
  console.log(mostUsed(made.at(-1)!.rows));
  for (const judge of judges) {
    await judged(made, payload, judge);
    await judge.model.close();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
