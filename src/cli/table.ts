/** A table in plain text: two spaces between columns, numbers to the right. */
export type Cell = string | number;

/** `head` names the columns; a column is set to the right when all its cells are numbers, per cent or a dash. */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const texts = rows.map((row) => row.map(String));
  const columns = head.map((name, column) => {
    const cells = texts.map((row) => row[column] ?? "");
    return {
      width: Math.max(name.length, ...cells.map(({ length }) => length)),
      right: cells.length > 0 && cells.every((cell) => /^(-|<?\d[\d.,]*%?)$/.test(cell)),
    };
  });
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => {
        const { width, right } = columns[index] ?? { width: 0, right: false };
        return right ? cell.padStart(width) : cell.padEnd(width);
      })
      .join("  ")
      .trimEnd();
  return [head, ...texts].map(line).join("\n");
}
