/** Samples of the pretraining world that reach for a database. */
import type { Random } from "../../src/foundation/random";
import { parametersOf, sqlText, type Placeholder } from "../../examples/generator/sql";
import { capitalised, fill, indent, layOut } from "../../examples/generator/template";
import type { Example } from "../../examples/generator/program";
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

/** A function around a statement. */
export function databaseTask(random: Random, names: SampleNames): Example {
  const query = inventQuery(random, names);
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
    function: names.next(),
    text: text ?? "",
  };
  const arguments_ = parametersOf(query.statement);
  const literal = statementLiteral(query, way.binding);
  const bound = fill(way.values, {
    names: arguments_.join(" , "),
    pairs: arguments_.map((name) => `${name} = ${name}`).join(" , "),
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
  const src = fill(random.pick(query.answer === "nothing" ? changeSentences : taskSentences), {
    ...slots,
    query: query.words,
    Query: capitalised(query.words),
    interface: interfaceWords,
    Interface: capitalised(interfaceWords),
    ending: endingWords,
    Ending: capitalised(endingWords),
  });
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
