/** What the pretraining world consists of, for the test that keeps it apart from the example world. */
import { fill } from "../../examples/generator/template";
import * as idioms from "./database-idioms";
import * as query from "./query-tasks";

const handlings = [idioms.endingsOfMany, idioms.endingsOfOne, idioms.endingsOfNothing, idioms.rescues].flat();

/** How statements with one parameter are run. */
export const pretrainingInterfaces = (): string[] =>
  idioms.interfaces.flatMap(({ many, one, nothing, values }) => {
    const bound = fill(values, { names: "x", pairs: "x = x", entries: '" x " : x' });
    return [many, one, nothing].flat().map((line) => line.replace("{values}", bound));
  });

/** The Python around a statement. Bare `return {name}` is grammar, not idiom, and is left out. */
export const pretrainingIdioms = (): string[] => [
  ...idioms.interfaces.flatMap(({ setup }) => setup),
  ...handlings.map(({ lines }) => lines.join("\n")).filter((lines) => lines !== "return {out}"),
];

/** Every sentence and phrase that has a slot for a name. */
export const pretrainingSentences = (): string[] => [
  ...Object.values(query.comparisonPhrases).flat(),
  ...query.filterPhrases,
  ...query.readPhrases,
  ...query.joinPhrases,
  ...Object.values(query.aggregatePhrases).flat(),
  ...query.groupPhrases,
  ...query.updatePhrases,
  ...query.deletePhrases,
  ...query.insertPhrases,
  ...Object.values(query.orderPhrases).flat(),
  ...query.limitPhrases,
  ...query.distinctPhrases,
  ...query.groupLimitPhrases,
  ...idioms.interfaces.flatMap(({ words }) => words),
  ...handlings.flatMap(({ words }) => words),
  ...idioms.statementPhrases,
  ...idioms.taskSentences,
  ...idioms.changeSentences,
];
