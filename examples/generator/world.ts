/** What the example world consists of, so that the pretraining world can be kept apart from it. */
import { connections, functionVerbs, guards, handlings, statementNames, statementVariables } from "./idiom";
import { tables } from "./schema";

/** Tables, columns, and the arguments, variables and functions that do not depend on chance. */
export function exampleWorldNames(): Set<string> {
  const functions = tables.flatMap((table) => functionVerbs.map((verb) => `${verb}_${table.name}`));
  return new Set([
    ...tables.flatMap((table) => [table.name, ...table.columns.map((column) => column.name)]),
    ...functions,
    ...connections.flatMap((connection) => connection.handles),
    ...statementVariables,
    ..."rows row done engine conn tx top_n row_cap run count error".split(" "),
  ]);
}

/** How a statement with one parameter is run over each connection. */
export const exampleInterfaces = (): string[] =>
  connections.map(({ call }) => call.replace("{values}", ' , { " x " : x }'));

/** The Python around a statement: what opens it, handles its answer and guards it. */
export const exampleIdioms = (): string[] => [
  ...connections.flatMap((connection) => connection.setup),
  ...handlings.map((handling) => handling.lines.join("\n")),
  ...guards.map((guard) => guard.lines.join("\n")),
];

/**
 * Every phrase that asks for an interface or an idiom. How a request itself is put (request.ts, condition.ts) and how a
 * description is arranged are no secret of this world: the base's pretraining uses the same words.
 */
export const exampleSentences = (): string[] => [
  ...connections.flatMap((connection) => connection.words),
  ...handlings.flatMap((handling) => handling.words),
  ...guards.flatMap((guard) => guard.words),
  ...statementNames,
];
