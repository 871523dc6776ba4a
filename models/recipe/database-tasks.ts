/**
 * Samples of the pretraining world that reach for a database. Half of them are phrased as the examples are, so that a base
 * knows how requests are put; schemas, interfaces and idioms are never the examples'.
 */
import type { Random } from "../../src/foundation/random";
import { parametersOf, sqlText, type Placeholder } from "../../examples/generator/sql";
import { capitalised, fill, indent, layOut } from "../../examples/generator/template";
import { descriptions, functionNames, functionVerbs } from "../../examples/generator/idiom";
import type { Example } from "../../examples/generator/program";
import { inventRequest } from "../../examples/generator/request";
import {
  changeSentences,
  endingsOfMany,
  endingsOfNothing,
  endingsOfOne,
  interfaces,
  rescues,
  statementPhrases,
  taskSentences,
  type Binding,
} from "./database-idioms";
import type { SampleNames } from "./names";
import { inventQuery, type Query } from "./query-tasks";
import { inventSchema } from "./schemas";

function placeholderOf(binding: Binding): Placeholder {
  let position = 0;
  const forms: Readonly<Record<Binding, Placeholder>> = {
    question: () => "?",
    percent: () => "%s",
    "named percent": (name) => `%(${name})s`,
    dollar: () => `$${++position}`,
    format: () => "{}",
    "f-string": (name) => `{${name}}`,
    at: (name) => `@${name}`,
    colon: (name) => `: ${name}`,
  };
  return forms[binding];
}

/** The statement as a Python expression. */
function statementLiteral(query: Query, binding: Binding): string {
  const text = `" ${sqlText(query.statement, placeholderOf(binding))} "`;
  const names = parametersOf(query.statement);
  if (names.length === 0) return text;
  if (binding === "format") return `${text} . format ( ${names.join(" , ")} )`;
  return binding === "f-string" ? `f${text}` : text;
}

const endings = { many: endingsOfMany, one: endingsOfOne, nothing: endingsOfNothing } as const;

/** What a function is called when the description does not say. */
const defaultFunctionNames = ["main", "run", "task", "work"] as const;

const answers = { rows: "many", column: "many", groups: "many", number: "one", change: "nothing" } as const;

/** A statement asked for in the examples' words. */
function inventPhrasedQuery(random: Random, names: SampleNames): Query & { readonly table: string } {
  const { statement, words, answer, table } = inventRequest(random, inventSchema(random, names));
  return { statement, words, answer: answers[answer], table };
}

/** A function around a statement. */
export function databaseTask(random: Random, names: SampleNames): Example {
  const phrased = random.unit() < 0.92 ? inventPhrasedQuery(random, names) : undefined;
  const query = phrased ?? inventQuery(random, names);
  const named =
    phrased !== undefined && random.unit() < 0.75 ? `${random.pick(functionVerbs)}_${phrased.table}` : undefined;
  const way = random.pick(interfaces);
  const ending = random.pick(endings[query.answer]);
  const rescue = random.unit() < 0.12 ? random.pick(rescues) : undefined;
  const text = random.unit() < 0.3 ? names.next() : undefined;
  const slots = {
    base: names.next(),
    cursor: names.next(),
    out: names.next(),
    a: names.next(),
    b: names.next(),
    n: String(random.below(9) + 2),
    word: names.word(),
    function: phrased === undefined ? names.next() : (named ?? random.pick(defaultFunctionNames)),
    text: text ?? "",
  };
  const arguments_ = parametersOf(query.statement);
  const literal = statementLiteral(query, way.binding);
  const bound = fill(way.values, {
    names: arguments_.join(" , "),
    pairs: arguments_.map((name) => `${name} = ${name}`).join(" , "),
    entries: arguments_.map((name) => `" ${name} " : ${name}`).join(" , "),
  });
  const called = { ...slots, sql: text ?? literal, values: arguments_.length > 0 ? bound : "" };
  const inside = [...way[query.answer], ...ending.lines].map((line) => fill(line, called));
  const core = [...way.setup.map((line) => fill(line, slots)), ...(way.opens ? indent(inside) : inside)];
  const kept = text === undefined ? core : [`${text} = ${literal}`, ...core];
  const body = rescue ? ["try :", ...indent(kept), ...rescue.lines.map((line) => fill(line, slots))] : kept;
  const usesBase = [...way.setup, ...way.many].some((line) => line.includes("{base}"));
  const signature = [...(usesBase ? [slots.base] : []), ...arguments_].join(" , ");
  const head = `${way.asynchronous ? "async " : ""}def ${slots.function} (${signature === "" ? "" : ` ${signature}`} ) :`;
  const imports = [...new Set([...way.imports, ...(rescue?.imports ?? []), ...(ending.imports ?? [])])];

  const say = (templates: readonly string[]): string => fill(random.pick(templates), slots);
  const opening = say(way.words);
  const interfaceWords = text === undefined ? opening : `${opening}, ${say(statementPhrases)}`;
  const endingWords = say(ending.words) + (rescue ? `; ${say(rescue.words)}` : "");
  const own = query.answer === "nothing" ? changeSentences : taskSentences;
  const parts = { setup: interfaceWords, request: query.words, handling: endingWords };
  const src = fill(
    random.pick(phrased === undefined ? own : named === undefined ? descriptions.unnamed : descriptions.named),
    {
      ...slots,
      ...parts,
      Setup: capitalised(parts.setup),
      Request: capitalised(parts.request),
      Handling: capitalised(parts.handling),
      naming: capitalised(fill(random.pick(functionNames), { function: `$${slots.function}$` })),
      function: phrased === undefined ? slots.function : `$${slots.function}$`,
      query: query.words,
      Query: capitalised(query.words),
      interface: interfaceWords,
      Interface: capitalised(interfaceWords),
      ending: endingWords,
      Ending: capitalised(endingWords),
    },
  );
  return { src, tgt: layOut([...imports, head, ...indent(body)]) };
}

/** The bare statement, its parameters by name. */
export function statementTask(random: Random, names: SampleNames): Example {
  const query = inventQuery(random, names);
  const src = fill(random.pick(["SQL to {query}", "SQL statement: {query}", "Translate to SQL: {query}"]), {
    query: query.words,
  });
  return { src, tgt: sqlText(query.statement, (name) => `@${name}`) };
}
