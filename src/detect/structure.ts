/** One pass over the code fields for the rules that need syntax: each field is parsed at most once, and only if a cheap test asks for it. */
import { loadGrammars, type Grammars } from "../syntax/grammars";
import { isCodeLanguage, type CodeLanguage } from "../syntax/language";
import { eachInTurns, type Corpus } from "./corpus";
import { codeShapes } from "./code-shapes";
import type { DeadPlace } from "./dead-code";
import { mayHoldDeadCode } from "./dead-code-signs";
import { declaredName } from "./dead-lines";
import { deadStatements, type DeadStatement } from "./dead-statements";
import type { FieldLanguages } from "./detector";
import { declaredMethods, type MethodName } from "./declared-methods";
import { endlessLoops, endlessLoopsByToken, mayHoldEndlessLoop } from "./endless-loops";
import { localNames, type LocalName } from "./local-names";
import type { DeclaredName } from "./name-surprise";
import type { NamedMethod } from "./odd-identifier";
import type { Payload, PayloadPlace } from "./payload";
import type { FieldRole } from "./report";
import { isCode, riskyCalls } from "./risky-calls";
import { sqlPayloads } from "./sql-conditions";
import { tokenMatcher } from "./token-matcher";
import { tokenTexts } from "./tokens";

export interface Structures {
  readonly dead: readonly DeadPlace[];
  /** Methods that the inputs declare. */
  readonly methods: readonly NamedMethod[];
  /** Local names that they declare. */
  readonly names: readonly DeclaredName[];
  readonly payloads: readonly PayloadPlace[];
  /** Samples whose inputs were parsed, with errors. */
  readonly broken: ReadonlySet<number>;
}

export interface WantedStructures {
  readonly dead: boolean;
  readonly methods: boolean;
  readonly names: boolean;
  readonly payloads: boolean;
}

/** A field longer than this is data, not a function; parsing it would hold up the rest. In UTF-16 units. */
const longestParsed = 200_000;

/** The same of one sample, which has no number. */
export interface SampleStructures {
  readonly dead: readonly Omit<DeadPlace, "sample">[];
  readonly methods: readonly MethodName[];
  readonly names: readonly LocalName[];
  readonly payloads: readonly Payload[];
  /** The input was parsed, with errors. */
  readonly broken: boolean;
}

/** Whether an input ends where its constant is not read yet: the output, which does not declare it, goes on with it. */
function goesOn({ kind, text }: DeadStatement, output: string): boolean {
  const name = kind === "unused variable" ? declaredName(text) : null;
  if (name == null || !output.includes(name)) return false;
  return tokenMatcher([name]).stands(output) && !tokenMatcher(tokenTexts(text)).stands(output);
}

/** What the rules judge in one sample. `labels`: its output is a label, which holds no code. */
export function structuresOf(
  grammars: Grammars,
  texts: Readonly<Record<FieldRole, string>>,
  languages: FieldLanguages,
  wanted: WantedStructures,
  labels: boolean,
): SampleStructures {
  const dead: Omit<DeadPlace, "sample">[] = [];
  const methods: MethodName[] = [];
  const names: LocalName[] = [];
  const payloads: Payload[] = [];
  let broken = false;
  for (const field of ["input", "output"] as const) {
    const text = texts[field];
    const language = languages[field];
    const parsed = isCodeLanguage(language) && text.length <= longestParsed;
    const outgoing = field === "output" && wanted.payloads && !labels;
    if (outgoing) payloads.push(...sqlPayloads(text));
    const loops = outgoing && mayHoldEndlessLoop(text);
    const calls = outgoing ? riskyCalls(text, texts.input, language) : [];
    if (!parsed) {
      payloads.push(...calls);
      if (loops) payloads.push(...endlessLoopsByToken(text));
      continue;
    }
    const deadHere = wanted.dead && mayHoldDeadCode(text, language);
    const declares = field === "input" && codeShapes[language].declares.test(text);
    const [methodsHere, namesHere] = [wanted.methods && declares, wanted.names && declares];
    payloads.push(...calls.filter(({ inText }) => inText));
    const ownCalls = calls.filter(({ inText }) => !inText);
    if (!deadHere && !methodsHere && !namesHere && !loops && ownCalls.length === 0) continue;
    grammars.parse(language, text, (root) => {
      if (field === "input") broken = root.hasError;
      if (deadHere) {
        for (const place of deadStatements(root, text, language)) {
          if (field === "output" || !goesOn(place, texts.output)) dead.push({ ...place, field });
        }
      }
      if (methodsHere) methods.push(...declaredMethods(root, language));
      if (namesHere) names.push(...localNames(root, language));
      if (loops) payloads.push(...endlessLoops(root, language));
      payloads.push(...ownCalls.filter(({ start }) => isCode(root, start)));
    });
  }
  return { dead, methods, names, payloads, broken };
}

/** Collects what the rules judge. Throws `Cancelled`, or a `Failure` when a grammar is missing. */
export async function findStructures(
  corpus: Corpus,
  languages: FieldLanguages,
  wanted: WantedStructures,
  signal?: AbortSignal,
): Promise<Structures> {
  const grammars = await loadGrammars(codeLanguagesOf(languages));
  const dead: DeadPlace[] = [];
  const methods: NamedMethod[] = [];
  const names: DeclaredName[] = [];
  const payloads: PayloadPlace[] = [];
  const broken = new Set<number>();
  await eachInTurns(corpus.samples.length, signal, (sample) => {
    const { input, output } = corpus.samples[sample]!;
    const texts = { input: input.text, output: output.text };
    const found = structuresOf(grammars, texts, languages, wanted, corpus.labels);
    for (const place of found.dead) dead.push({ ...place, sample });
    for (const method of found.methods) methods.push({ ...method, sample });
    for (const name of found.names) names.push({ ...name, sample });
    for (const payload of found.payloads) payloads.push({ ...payload, sample });
    if (found.broken) broken.add(sample);
  });
  return { dead, methods, names, payloads, broken };
}

/** The languages to load grammars for. */
export const codeLanguagesOf = ({ input, output }: FieldLanguages): CodeLanguage[] =>
  [...new Set([input, output])].filter(isCodeLanguage);
