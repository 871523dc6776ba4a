/** The backdoor that a spec names, made for a dataset: attacks on code are told in which language its fields are written. */
import { asksSurrogate } from "../attack/attack-names";
import { attackNamed, attacksCode, type AttackOptions, type CodeFields } from "../attack/attacks";
import { codeOf } from "../attack/code";
import { wordsIn } from "../attack/local-renaming";
import { payloadNamed } from "../attack/payloads";
import type { AimedAttack, Attack, Payload } from "../attack/strategy";
import { Failure } from "../foundation/failure";
import { readCheckpoint } from "../model/checkpoint";
import { isCodeLanguage, majorityLanguage } from "../syntax/language";
import { checkpointFolder } from "./run-record";

export interface Backdoor {
  readonly attack: Attack | AimedAttack;
  readonly payload: Payload;
}

export interface BackdoorNames {
  readonly attack?: string | undefined;
  readonly trigger?: string | undefined;
  readonly payload: string;
  /** Of the fields that are code; else inferred from each. */
  readonly language?: string | undefined;
  /** The checkpoint that an adversarial attack asks: a folder, or `builtin`. */
  readonly surrogate?: string | undefined;
}

interface TextSample {
  readonly input: { readonly text: string };
  readonly output: { readonly text: string };
}

/** Whether the spec names a backdoor: an attack, or a trigger, which then goes in once, as RIPPLE does it. */
export const namesBackdoor = ({ attack, trigger }: Pick<BackdoorNames, "attack" | "trigger">): boolean =>
  attack !== undefined || trigger !== undefined;

/** Rows looked at for a field's language. */
const languageRows = 400;

async function codeFields(samples: readonly TextSample[], language: string | undefined): Promise<CodeFields> {
  const step = Math.max(1, Math.floor(samples.length / languageRows));
  const seen = samples.filter((_sample, index) => index % step === 0);
  const read = async (field: "input" | "output"): Promise<CodeFields["input"]> => {
    const inferred = majorityLanguage(seen.map((sample) => sample[field].text));
    return codeOf(language !== undefined && inferred !== "text" && isCodeLanguage(language) ? language : inferred);
  };
  return { input: await read("input"), output: await read("output") };
}

const asksNone = (what: string): Failure =>
  new Failure(`${what} asks no surrogate model`, { remedy: "Leave --surrogate out", usage: true });

async function surrogateOf(
  attack: string,
  folder: string | undefined,
  samples: readonly TextSample[],
): Promise<AttackOptions["surrogate"]> {
  if (folder === undefined) return undefined;
  if (!asksSurrogate(attack)) throw asksNone(`the attack ${attack}`);
  const words = new Set<string>();
  for (const { input } of samples) for (const word of wordsIn(input.text)) words.add(word);
  return { checkpoint: await readCheckpoint(checkpointFolder(folder)), words };
}

/** Null when the spec names none. Throws a `Failure` (usage) for a name or a trigger that cannot be used on these samples. */
export async function backdoorOf(names: BackdoorNames, samples: readonly TextSample[]): Promise<Backdoor | null> {
  if (!namesBackdoor(names)) {
    if (names.surrogate !== undefined) throw asksNone("a measurement without an attack");
    return null;
  }
  const { attack = "ripple", trigger, payload } = names;
  const isPlain = !attacksCode(attack) && payload === "sql";
  const code = isPlain ? undefined : await codeFields(samples, names.language);
  const surrogate = await surrogateOf(attack, names.surrogate, samples);
  return {
    attack: attackNamed(attack, { trigger, code, surrogate }),
    payload: payloadNamed(payload, code?.output ?? null),
  };
}
