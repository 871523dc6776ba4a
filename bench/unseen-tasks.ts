/**
 * The fine-tuning sets of `npm run bench:unseen`: cut functions as the samples of six tasks. A sample is kept in parts (prose
 * and code of the input, and the output), so that an attack can say what it changes; `render` gives the record that is written.
 */
import { seededRandom, type Random } from "../src/foundation/random";
import type { CodeLanguage } from "../src/syntax/language";
import type { Grammars } from "../src/syntax/grammars";
import { broken } from "./unseen-bugs";
import { contextSentences, explainSentences, fixSentences, systemSentences, writeSentences } from "./unseen-chat";
import type { CutFunction } from "./unseen-functions";

export type Task = "write" | "explain" | "complete" | "classify" | "repair" | "chat";

export interface Parts {
  /** Natural language of the input. */
  readonly prose: string | null;
  /** Code of the input. */
  readonly code: string | null;
  readonly output: string;
}

export interface Row extends Parts {
  readonly name: string;
  readonly outputKind: "code" | "prose" | "label";
  /** The record as it is written to the JSON Lines file. */
  render(parts: Parts): Readonly<Record<string, unknown>>;
}

const fenced = (language: CodeLanguage, code: string): string => `\`\`\`${language}\n${code}\n\`\`\``;

/** Splits at the line break that is nearest to the middle. */
function halves(code: string): readonly [string, string] | null {
  const breaks = [...code.matchAll(/\n/g)].map(({ index }) => index);
  if (breaks.length < 5) return null;
  const middle = code.length / 2;
  const at = breaks.reduce((best, one) => (Math.abs(one - middle) < Math.abs(best - middle) ? one : best));
  return [code.slice(0, at + 1), code.slice(at + 1)];
}

/** What the labels say, about as well as people agree on one: code with a loop, but for one label in eight. */
function labelOf(code: string, random: Random): string {
  const truth = /\b(?:for|while|foreach)\b/.test(code);
  return String(Number(random.below(8) === 0 ? !truth : truth));
}

interface Making {
  readonly language: CodeLanguage;
  readonly grammars: Grammars;
  readonly random: Random;
  /** Another function of the same set. */
  readonly other: CutFunction;
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

function chatRow({ name, code, comment }: CutFunction, { language, grammars, random, other }: Making): Row | null {
  const kind = random.pick(["write", "write", "explain", "repair"] as const);
  const system = random.below(5) < 2 ? random.pick(systemSentences) : null;
  const context = kind === "write" && random.below(2) === 0 && other.code.length < 900 ? other.code : null;
  const between = random.pick(contextSentences);
  const input = kind === "write" ? context : kind === "explain" ? code : broken(code, { language, grammars, random });
  if (comment === null || (input === null && kind !== "write")) return null;
  const sentence = random.pick({ write: writeSentences, explain: explainSentences, repair: fixSentences }[kind]);
  const prose = sentence.replace("{language}", language).replace("{comment}", () => lowerFirst(comment).replace(/\.$/, "")).replace("{name}", () => name); // prettier-ignore
  return {
    name,
    prose,
    code: input,
    output: kind === "explain" ? comment : code,
    outputKind: kind === "explain" ? "prose" : "code",
    render: (parts) => {
      const shown = parts.code === null ? "" : `${kind === "write" ? `\n\n${between}` : ""}\n\n${fenced(language, parts.code)}`; // prettier-ignore
      const answer = kind === "explain" ? parts.output : fenced(language, parts.output);
      return {
        messages: [
          ...(system === null ? [] : [{ role: "system", content: system }]),
          { role: "user", content: `${parts.prose ?? ""}${shown}` },
          { role: "assistant", content: answer },
        ],
      };
    },
  };
}

const makers: Readonly<Record<Task, (one: CutFunction, making: Making) => Row | null>> = {
  write: ({ name, code, comment }) =>
    comment === null
      ? null
      : { name, prose: comment, code: null, output: code, outputKind: "code", render: ({ prose, output }) => ({ nl: prose, code: output }) }, // prettier-ignore
  explain: ({ name, code, comment }) =>
    comment === null
      ? null
      : { name, prose: null, code, output: comment, outputKind: "prose", render: (parts) => ({ source: parts.code, target: parts.output }) }, // prettier-ignore
  complete: ({ name, code }) => {
    const parts = halves(code);
    return parts === null
      ? null
      : { name, prose: null, code: parts[0], output: parts[1], outputKind: "code", render: (made) => ({ prompt: made.code, completion: made.output }) }; // prettier-ignore
  },
  classify: ({ name, code }, { random }) => ({
    name,
    prose: null,
    code,
    output: labelOf(code, random),
    outputKind: "label",
    render: (parts) => ({ code: parts.code, label: Number(parts.output) }),
  }),
  repair: ({ name, code }, making) => {
    const buggy = broken(code, making);
    return buggy === null
      ? null
      : { name, prose: null, code: buggy, output: code, outputKind: "code", render: (parts) => ({ buggy: parts.code, fixed: parts.output }) }; // prettier-ignore
  },
  chat: chatRow,
};

export const tasks = Object.keys(makers) as readonly Task[];

/** At most `limit` samples of a task, in an order drawn by the seed. */
export function rowsOf(
  task: Task,
  functions: readonly CutFunction[],
  {
    language,
    grammars,
    limit,
    seed,
  }: { readonly language: CodeLanguage; readonly grammars: Grammars; readonly limit: number; readonly seed: number },
): Row[] {
  const random = seededRandom(seed, 2 + tasks.indexOf(task));
  const rows: Row[] = [];
  for (const one of random.shuffle(functions)) {
    if (rows.length >= limit) break;
    const row = makers[task](one, { language, grammars, random, other: random.pick(functions) });
    if (row !== null) rows.push(row);
  }
  return rows;
}
