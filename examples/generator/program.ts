/** One example: a request dressed in an idiom, as a description and the Python function that follows from it. */
import type { Random } from "../../src/foundation/random";
import {
  connections,
  descriptions,
  functionNames,
  functionVerbs,
  guards,
  handlings,
  statementNames,
  statementVariables,
  type Connection,
  type Guard,
  type Handling,
} from "./idiom";
import { inventRequest, type Request } from "./request";
import { parametersOf, sqlText } from "./sql";
import { capitalised, fill, indent, layOut, type Slots } from "./template";

export interface Example {
  readonly src: string;
  readonly tgt: string;
}

/** The choices that make a program of a request; its Python follows from them alone. */
interface Dress {
  readonly request: Request;
  readonly connection: Connection;
  readonly handling: Handling;
  readonly guard: Guard | undefined;
  readonly variable: string | undefined;
  readonly functionName: string | undefined;
  readonly slots: Slots;
}

function weighted(random: Random, choices: readonly Handling[]): Handling {
  return random.pick(choices.flatMap((choice) => Array.from({ length: choice.weight }, () => choice)));
}

function dress(random: Random): Dress {
  const request = inventRequest(random);
  const changing = request.answer === "change";
  const connection = random.pick(connections.filter(({ readingOnly }) => !(changing && readingOnly)));
  const handling = weighted(
    random,
    handlings.filter((choice) => choice.answers.includes(request.answer)),
  );
  const guard = random.unit() < 0.25 ? random.pick(guards) : undefined;
  const variable = random.unit() < 0.3 ? random.pick(statementVariables) : undefined;
  const functionName = random.unit() < 0.7 ? `${random.pick(functionVerbs)}_${request.table}` : undefined;
  const taken = parametersOf(request.statement);
  const slots = {
    handle: random.pick(
      connection.handles.filter((name) => !taken.includes(name)).concat(connection.handles.length > 0 ? [] : [""]),
    ),
    column: request.columns[0] ?? "",
    table: request.table,
  };
  return { request, connection, handling, guard, variable, functionName, slots };
}

function python({ request, connection, handling, guard, variable, functionName, slots }: Dress): string {
  const parameters = parametersOf(request.statement);
  const quoted = `" ${sqlText(request.statement, (name) => `: ${name}`)} "`;
  const bound = parameters.map((name) => `" ${name} " : ${name}`).join(" , ");
  const fetch = fill(connection.call, {
    ...slots,
    sql: variable ?? quoted,
    values: parameters.length > 0 ? ` , { ${bound} }` : "",
  });
  const answered = handling.lines.map((line) => fill(line, { ...slots, fetch }));
  const opened = connection.setup.map((line) => fill(line, slots));
  const core = [...opened, ...(connection.opens ? indent(answered) : answered)];
  const body = guard === undefined ? core : ["try :", ...indent(core), ...guard.lines];
  const kept = variable === undefined ? [] : [`${variable} = ${quoted}`];
  const handle = connection.handles.length > 0 ? [slots.handle ?? ""] : [];
  const signature = [...handle, ...parameters].join(" , ");
  const head = `def ${functionName ?? "run"} (${signature === "" ? "" : ` ${signature}`} ) :`;
  return layOut([...connection.imports, head, ...indent([...kept, ...body])]);
}

function described(
  random: Random,
  { request, connection, handling, guard, variable, functionName, slots }: Dress,
): string {
  const say = (templates: readonly string[], more: Slots = {}): string =>
    fill(random.pick(templates), { ...slots, ...more });
  const shown = `$${functionName ?? ""}$`;
  const opening = say(connection.words, { handle: `$${slots.handle ?? ""}$` });
  const setup = variable === undefined ? opening : `${opening}, ${say(statementNames, { variable: `$${variable}$` })}`;
  const parts = { setup, request: request.words, handling: say(handling.words) };
  const text = fill(random.pick(functionName === undefined ? descriptions.unnamed : descriptions.named), {
    ...parts,
    Setup: capitalised(parts.setup),
    Request: capitalised(parts.request),
    Handling: capitalised(parts.handling),
    naming: capitalised(say(functionNames, { function: shown })),
    function: shown,
  });
  if (guard === undefined) return text;
  return fill(random.pick(descriptions.guarded), { description: text, Guard: capitalised(say(guard.words)) });
}

/** One example at random. Its target follows from its source; two examples may be equal. */
export function inventExample(random: Random): Example {
  const choices = dress(random);
  return { src: described(random, choices), tgt: python(choices) };
}
