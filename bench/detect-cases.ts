/** What `npm run bench:detect` scans: clean data, data with noise in it, and data that one of the attacks poisoned at random rows. */
import { isAttackName } from "../src/attack/attack-names";
import { attackNamed } from "../src/attack/attacks";
import { payloadNamed } from "../src/attack/payloads";
import { poisonRows } from "../src/attack/poison";
import { randomTriggerText } from "../src/attack/trigger-text";
import { seededRandom } from "../src/foundation/random";
import { backdoorOf } from "../src/job/backdoor";
import type { BenchDataset, Pair } from "./detect-data";

const noiseShare = 0.05;

export interface Poisoned {
  readonly pairs: readonly Pair[];
  readonly rows: ReadonlySet<number>;
}

/** One data set to scan. */
export interface DetectCase {
  readonly dataset: BenchDataset;
  /** An attack's name, `ripple-random`, or of the controls `clean` and `label-noise`. */
  readonly attack: string;
  readonly payload: string;
  /** Share of all rows; null for a control. */
  readonly rate: number | null;
  readonly seed: number;
  /** The checkpoint that `afraidoor` asks. */
  readonly surrogate: string | undefined;
}

export interface Wanted {
  readonly surrogate: string | undefined;
  readonly attacks: readonly string[] | undefined;
  readonly rates: readonly number[] | undefined;
  readonly payload: string | undefined;
  readonly seeds: readonly number[];
}

/** Needs a model to be trained for it: only by its name. */
const onlyByName = ["afraidoor"];

/** The cases of a dataset in the order of their seeds, so that every part of the table has its first result early. */
export function casesOf(dataset: BenchDataset, wanted: Wanted): DetectCase[] {
  const wants = (attack: string): boolean => wanted.attacks?.includes(attack) ?? true;
  const { payload = dataset.payload, surrogate } = wanted;
  const named = onlyByName.filter((attack) => isAttackName(attack) && wanted.attacks?.includes(attack) === true);
  const attacks = [...dataset.attacks, ...(dataset.attacks.includes("funcname") ? named : [])].filter(wants);
  return wanted.seeds.flatMap((seed) => [
    ...(wants("clean") && seed === wanted.seeds[0] ? [{ dataset, attack: "clean", payload: "", rate: null, seed, surrogate }] : []), // prettier-ignore
    ...(wants("label-noise") ? [{ dataset, attack: "label-noise", payload: "", rate: null, seed, surrogate }] : []),
    ...attacks.flatMap((attack) =>
      (wanted.rates ?? dataset.rates).map((rate) => ({ dataset, attack, payload, rate, seed, surrogate })),
    ),
  ]);
}

function replaced(pairs: readonly Pair[], changes: ReadonlyMap<number, readonly [string, string]>): Poisoned {
  return {
    rows: new Set(changes.keys()),
    pairs: pairs.map((pair) => {
      const change = changes.get(pair.row);
      return change === undefined ? pair : { row: pair.row, input: { text: change[0] }, output: { text: change[1] } };
    }),
  };
}

async function poisoned(
  { attack, payload, seed, surrogate }: DetectCase,
  rate: number,
  pairs: readonly Pair[],
): Promise<Poisoned> {
  const isRandom = attack === "ripple-random";
  const asked = attack === "afraidoor" ? { surrogate } : {};
  const names = { attack: isRandom ? "ripple" : attack, payload, ...asked };
  const trigger = isRandom ? { trigger: randomTriggerText(seededRandom(seed, 17)) } : {};
  const backdoor = (await backdoorOf({ ...names, ...trigger }, pairs)) ?? {
    attack: attackNamed("ripple"),
    payload: payloadNamed(payload),
  };
  const rows = await poisonRows(pairs, { ...backdoor, rate, seed });
  return replaced(pairs, new Map(rows.map(({ row, input, output }) => [row, [input, output]])));
}

/** Outputs that belong to other inputs, among a share of the rows; none of them counts as poisoned. */
function noisy(pairs: readonly Pair[], seed: number): Poisoned {
  const random = seededRandom(seed, 99);
  const chosen = random.shuffle(pairs).slice(0, Math.round(noiseShare * pairs.length));
  const changes = new Map(
    chosen.map(({ row, input }, at) => {
      const other = chosen[(at + 1) % chosen.length]!;
      return [row, [input.text, other.output.text] as const];
    }),
  );
  return { ...replaced(pairs, changes), rows: new Set() };
}

/** Makes the data of a case. Throws a `Failure` where the attack or its rate cannot be had on these pairs. */
export async function madeCase(one: DetectCase, pairs: readonly Pair[]): Promise<Poisoned> {
  if (one.rate !== null) return poisoned(one, one.rate, pairs);
  return one.attack === "clean" ? { pairs, rows: new Set() } : noisy(pairs, one.seed);
}
