/**
 * Paired text: two files of one name, the input's lines in one and the output's in the other (`test.buggy`, `test.fixed`). Which
 * endings belong together is what column names do.
 */
import { existsSync } from "node:fs";
import path from "node:path";
import { Failure } from "../foundation/failure";
import { columnNames, inferColumns, type NamedColumns } from "./columns";
import { splitCompression } from "./unpack";

export interface FilePair {
  readonly input: string;
  readonly output: string;
  /** The two endings, which are the names of the columns. */
  readonly columns: { readonly input: string; readonly output: string };
}

/** Endings that nothing but one side of paired text has. */
const CLEAR = new Set(["src", "tgt", "source", "target", "buggy", "fixed"]);
/** How the files of a dataset are called; source files of two languages may share a name by chance. */
const SPLIT = /(^|[^a-z])(train|training|valid|validation|val|dev|eval|test)([^a-z]|$)/iu;

interface Side {
  readonly stem: string;
  readonly name: string;
  readonly suffix: string;
}

function sideOf(file: string): Side | null {
  const { inner, suffix } = splitCompression(file);
  const name = path.extname(inner).slice(1);
  if (!columnNames.has(name.toLowerCase())) return null;
  return { stem: inner.slice(0, -name.length), name, suffix };
}

/** Whether a file that was met in a folder is one side of paired text, by its name alone. */
export function looksPaired(file: string): boolean {
  const side = sideOf(file);
  return side !== null && (CLEAR.has(side.name.toLowerCase()) || SPLIT.test(path.basename(side.stem)));
}

/** Whether a file of this name can be nothing but one side of paired text. */
export const isClearlyPaired = (file: string): boolean => CLEAR.has(sideOf(file)?.name.toLowerCase() ?? "");

/**
 * The pair that `file` is one side of: the other stands beside it; null where there is none. Throws a Failure (wrong usage) that
 * lists the pairs where there are several and `named` does not choose one.
 */
export function pairOf(file: string, named: NamedColumns = {}): FilePair | null {
  const side = sideOf(file);
  if (side === null) return null;
  const pairs = [...columnNames].flatMap((name): FilePair[] => {
    const plan = name === side.name.toLowerCase() ? null : inferColumns([side.name, name], false);
    const other = plan === null ? undefined : partnerFile(side, name);
    if (plan === null || other === undefined) return [];
    const isInput = plan.input.label === side.name;
    return [
      {
        input: isInput ? file : other,
        output: isInput ? other : file,
        columns: { input: plan.input.label, output: plan.output.label },
      },
    ];
  });
  const chosen = pairs.flatMap((pair) => chosenBy(pair, named) ?? []);
  const [first, ...others] = pairs.length > 1 && chosen.length > 0 ? chosen : pairs;
  if (first === undefined) return null;
  if (others.length === 0) return chosenBy(first, named) ?? first;
  const list = pairs.map(({ columns }) => `${columns.input} -> ${columns.output}`).join(", ");
  throw new Failure(`more than one file fits as the other side: ${list}`, {
    file,
    remedy: "Name the sides with --input NAME --output NAME",
    usage: true,
  });
}

/** The pair in the direction that the user named; null where the names do not fit it. */
function chosenBy(pair: FilePair, { input, output }: NamedColumns): FilePair | null {
  const { columns } = pair;
  const fits = (a: string, b: string): boolean => (input ?? a) === a && (output ?? b) === b;
  if (fits(columns.input, columns.output)) return pair;
  if (!fits(columns.output, columns.input)) return null;
  return { input: pair.output, output: pair.input, columns: { input: columns.output, output: columns.input } };
}

function partnerFile({ stem, suffix }: Side, name: string): string | undefined {
  const suffixes = [suffix, ...["", ".gz", ".zst"].filter((other) => other !== suffix)];
  return suffixes.map((end) => `${stem}${name}${end}`).find((file) => existsSync(file));
}

/** The two files that a copy of paired text goes to: `target` for its side, or with either ending behind it. */
export function pairTargets(target: string, { input, output }: FilePair["columns"]): { input: string; output: string } {
  const { inner, suffix } = splitCompression(target);
  const ending = path.extname(inner).slice(1);
  const stem = ending === input || ending === output ? inner.slice(0, -ending.length) : `${inner}.`;
  return { input: `${stem}${input}${suffix}`, output: `${stem}${output}${suffix}` };
}
