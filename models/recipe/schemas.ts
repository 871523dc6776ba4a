/** Schemas of the pretraining world: two tables with typed columns and a column in common, all names its own. */
import type { Random } from "../../src/foundation/random";
import { Schema, type Column, type ColumnType } from "../../examples/generator/schema";
import type { SampleNames } from "./names";

const types: readonly ColumnType[] = ["text", "text", "text", "text", "number", "number", "time"];

export function inventSchema(random: Random, names: SampleNames): Schema {
  const column = (type: ColumnType): Column => ({ name: names.next(), type });
  const shared = column("text");
  const table = () => ({
    name: names.table(),
    columns: random.shuffle([
      shared,
      column("text"),
      ...Array.from({ length: random.below(3) + 2 }, () => column(random.pick(types))),
    ]),
  });
  return new Schema([table(), table()]);
}
