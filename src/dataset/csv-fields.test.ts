import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FieldPlan } from "./columns";
import { CsvTexts } from "./csv-fields";
import { csvRecords } from "./csv-records";
import { OwnTexts, SharedTexts } from "./text-store";

const column = (first: string, ...more: string[]): FieldPlan => ({
  kind: "columns",
  label: first,
  names: [first, ...more],
});
const plan = { input: column("src", "note"), output: column("tgt") };
const order = ["tgt", "note", "src"];

const text = fc.oneof(fc.string(), fc.string({ unit: "grapheme" }), fc.constantFrom("", '"', '""', 'a "b", c', "\r\n"));
const quoted = (field: string): string => `"${field.replaceAll('"', '""')}"`;

/** As it stands in a file: quoted where it must be, or always. */
function written(field: string, isQuoted: boolean): string {
  return isQuoted || field.startsWith('"') || /[,\r\n]/u.test(field) ? quoted(field) : field;
}

describe("the texts of a CSV record", () => {
  it("are those that were written, wherever they are kept", () => {
    const rows = fc.array(fc.tuple(text, text, text, fc.boolean()), { minLength: 1 });
    fc.assert(
      fc.property(rows, fc.integer({ min: 0, max: 400 }), (records, size) => {
        const lines = records.map(([src, note, tgt, isQuoted]) => {
          return `${[tgt, note, src].map((field) => written(field, isQuoted)).join(",")}\n`;
        });
        const bytes = Buffer.from(lines.join(""));
        const texts = new CsvTexts(bytes, (name) => order.indexOf(name));
        for (const store of [new OwnTexts(), new SharedTexts(size)]) {
          const read = [...csvRecords(bytes, 0, 0x2c)].map(({ fields, start, end }) => {
            return texts.read(fields, end - start, plan, store);
          });
          expect(read.map(({ input, output }) => ({ input, output }))).toEqual(
            records.map(([src, note, tgt]) => ({ input: note === "" ? src : `${src}\n${note}`, output: tgt })),
          );
        }
      }),
    );
  });
});
