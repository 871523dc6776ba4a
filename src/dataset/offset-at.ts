/** The way back: from a place in a file to the offset in a field's decoded text. */
import type { Field } from "./sample";

/**
 * The UTF-16 offset of `field.text` that stands at a place of its file (line and column from 1, column in UTF-16 units), through
 * escapes and quotes; inside of an escape, that of the unit it stands for. Null for a place before or after the field.
 */
export function offsetAt(
  field: Field,
  { line, column }: { readonly line: number; readonly column: number },
): number | null {
  const isAfter = (offset: number): boolean => {
    const place = field.locate(offset);
    return place.line > line || (place.line === line && place.column > column);
  };
  const end = field.locate(field.text.length);
  if (isAfter(0) || end.line < line || (end.line === line && end.column < column)) return null;
  let low = 0;
  let high = field.text.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (isAfter(middle)) high = middle - 1;
    else low = middle;
  }
  // Where several offsets share a place (in Parquet all of a row do), the first of them.
  const { line: atLine, column: atColumn } = field.locate(low);
  while (low > 0) {
    const before = field.locate(low - 1);
    if (before.line !== atLine || before.column !== atColumn) break;
    low--;
  }
  return low;
}
