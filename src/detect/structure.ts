/** One pass over the code fields for the rules that need syntax: each field is parsed at most once, and only if a cheap test asks for it. */
import { loadGrammars } from "../syntax/grammars";
import { isCodeLanguage, type CodeLanguage } from "../syntax/language";
import { eachInTurns, type Corpus } from "./corpus";
import { deadStatements, mayHoldDeadCode, type DeadPlace } from "./dead-code";
import type { FieldLanguages } from "./detector";
import { declaredMethods, type NamedMethod } from "./odd-identifier";
import { endlessLoops, endlessLoopsByToken, mayHoldEndlessLoop, sqlPayloads, type PayloadPlace } from "./payload";

export interface Structures {
  readonly dead: readonly DeadPlace[];
  /** Methods that the inputs declare. */
  readonly methods: readonly NamedMethod[];
  readonly payloads: readonly PayloadPlace[];
}

export interface WantedStructures {
  readonly dead: boolean;
  readonly methods: boolean;
  readonly payloads: boolean;
}

/** A field longer than this is data, not a function; parsing it would hold up the rest. In UTF-16 units. */
const longestParsed = 200_000;

const declares: Readonly<Record<CodeLanguage, RegExp>> = { python: /\bdef\s/, java: /\w\s*\(/ };

/** Collects what the rules judge. Throws `Cancelled`, or a `Failure` when a grammar is missing. */
export async function findStructures(
  corpus: Corpus,
  languages: FieldLanguages,
  wanted: WantedStructures,
  signal?: AbortSignal,
): Promise<Structures> {
  const needed = [...new Set([languages.input, languages.output])].filter(isCodeLanguage);
  const grammars = await loadGrammars(needed);
  const dead: DeadPlace[] = [];
  const methods: NamedMethod[] = [];
  const payloads: PayloadPlace[] = [];
  await eachInTurns(corpus.samples.length, signal, (sample) => {
    for (const field of ["input", "output"] as const) {
      const { text } = corpus.samples[sample]![field];
      const language = languages[field];
      const parsed = isCodeLanguage(language) && text.length <= longestParsed;
      const outgoing = field === "output" && wanted.payloads && !corpus.labels;
      if (outgoing) for (const payload of sqlPayloads(text)) payloads.push({ ...payload, sample });
      const loops = outgoing && mayHoldEndlessLoop(text);
      if (!parsed) {
        if (loops) for (const payload of endlessLoopsByToken(text)) payloads.push({ ...payload, sample });
        continue;
      }
      const deadHere = wanted.dead && mayHoldDeadCode(text);
      const methodsHere = wanted.methods && field === "input" && declares[language].test(text);
      if (!deadHere && !methodsHere && !loops) continue;
      grammars.parse(language, text, (root) => {
        if (deadHere) for (const place of deadStatements(root, text, language)) dead.push({ ...place, sample, field });
        if (methodsHere) for (const method of declaredMethods(root, language)) methods.push({ ...method, sample });
        if (loops) for (const payload of endlessLoops(root, language)) payloads.push({ ...payload, sample });
      });
    }
  });
  return { dead, methods, payloads };
}
