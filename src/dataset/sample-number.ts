/**
 * How people are told which sample is meant. Reports, positions and files that programs read count rows from 0; texts that
 * people read count samples from 1, so that in a JSONL file without blank lines sample 5 stands on line 5.
 */

/** The number that people see, for a row that counts from 0. */
export const sampleNumber = (row: number): number => row + 1;

/** The row, counting from 0, of a number that a person typed; undefined for what is no sample's number. */
export function rowOfNumber(typed: string): number | undefined {
  const number = Number(typed);
  return typed.trim() !== "" && Number.isSafeInteger(number) && number >= 1 ? number - 1 : undefined;
}
