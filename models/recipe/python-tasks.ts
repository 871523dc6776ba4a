/** Samples of the pretraining world without a database: expressions, loops, conditions, files and containers in Python. */
import type { Random } from "../../src/foundation/random";
import { capitalised, indent, layOut, listed } from "../../examples/generator/template";
import type { Example } from "../../examples/generator/program";
import type { SampleNames } from "./names";

/** A piece of Python beside the words for it. */
interface Piece {
  readonly words: string;
  readonly code: string;
}

interface Step {
  readonly words: string;
  readonly lines: readonly string[];
}

interface Scope {
  readonly random: Random;
  readonly names: SampleNames;
  readonly known: string[];
}

const variable = ({ random, known }: Scope): Piece => {
  const name = random.pick(known);
  return { words: `$${name}$`, code: name };
};

const number = ({ random }: Scope): Piece => {
  const text = String(random.unit() < 0.6 ? random.below(20) + 2 : random.below(900) + 20);
  return { words: text, code: text };
};

const text = ({ names }: Scope): Piece => {
  const word = names.word();
  return { words: `'${word}'`, code: `" ${word} "` };
};

const unary: readonly (readonly [string, string])[] = [
  ["the length of", "len ( # )"],
  ["the sum of", "sum ( # )"],
  ["the largest of", "max ( # )"],
  ["the minimum of", "min ( # )"],
  ["sorted", "sorted ( # )"],
  ["the absolute value of", "abs ( # )"],
  ["as a string", "str ( # )"],
  ["as an integer", "int ( # )"],
  ["as a list", "list ( # )"],
  ["the upper case of", "# . upper ( )"],
  ["lower-cased", "# . lower ( )"],
  ["stripped", "# . strip ( )"],
  ["the keys of", "# . keys ( )"],
  ["the values of", "# . values ( )"],
  ["the first element of", "# [ 0 ]"],
  ["the last element of", "# [ - 1 ]"],
  ["reversed", "reversed ( # )"],
  ["the set of", "set ( # )"],
];

const binary: readonly (readonly [string, string])[] = [
  ["# plus ~", "# + ~"],
  ["# minus ~", "# - ~"],
  ["# times ~", "# * ~"],
  ["the quotient of # and ~", "# / ~"],
  ["the remainder of # by ~", "# % ~"],
  ["# split at ~", "# . split ( ~ )"],
  ["# joined with ~", "~ . join ( # )"],
  ["entry ~ of #", "# [ ~ ]"],
  ["# at key ~ or None", "# . get ( ~ )"],
  ["the tuple of # and ~", "( # , ~ )"],
  ["the list of # and ~", "[ # , ~ ]"],
  ["# formatted with ~", "# . format ( ~ )"],
];

/** Puts `left` at # and `right` at ~. */
const inserted = (pattern: string, left: string, right: string): string =>
  pattern.replace(/[#~]/g, (mark) => (mark === "#" ? left : right));

function atom(scope: Scope): Piece {
  const roll = scope.random.unit();
  return roll < 0.7 ? variable(scope) : roll < 0.88 ? number(scope) : text(scope);
}

function expression(scope: Scope, depth = 2): Piece {
  const { random } = scope;
  const roll = random.unit();
  if (depth === 0 || roll < 0.25) return atom(scope);
  if (roll < 0.6) {
    const [words, code] = random.pick(unary);
    const inner = expression(scope, depth - 1);
    const spoken = /^(sorted|as |lower|stripped|reversed)/.test(words)
      ? `${inner.words} ${words}`
      : `${words} ${inner.words}`;
    return { words: spoken, code: code.replace("#", () => inner.code) };
  }
  if (roll < 0.92) {
    const [words, code] = random.pick(binary);
    const left = atom(scope);
    const right = atom(scope);
    return { words: inserted(words, left.words, right.words), code: inserted(code, left.code, right.code) };
  }
  const call = scope.names.next();
  const given = variable(scope);
  return { words: `the result of ${call} on ${given.words}`, code: `${call} ( ${given.code} )` };
}

const tests: readonly (readonly [string, string])[] = [
  ["# is greater than ~", "# > ~"],
  ["# is less than ~", "# < ~"],
  ["# equals ~", "# == ~"],
  ["# is not ~", "# != ~"],
  ["# is in ~", "# in ~"],
  ["# starts with ~", "# . startswith ( ~ )"],
  ["# is None", "# is None"],
  ["# is true", "#"],
  ["# is not set", "not #"],
  ["# is an instance of ~", "isinstance ( # , ~ )"],
];

function condition(scope: Scope, deep = true): Piece {
  if (deep && scope.random.unit() < 0.2) {
    const joint = scope.random.pick(["and", "or"]);
    const [left, right] = [condition(scope, false), condition(scope, false)];
    return { words: `${left.words} ${joint} ${right.words}`, code: `${left.code} ${joint} ${right.code}` };
  }
  const [words, code] = scope.random.pick(tests);
  const left = variable(scope);
  const right = atom(scope);
  return { words: inserted(words, left.words, right.words), code: inserted(code, left.code, right.code) };
}

const fresh = (scope: Scope): string => {
  const name = scope.names.next();
  scope.known.push(name);
  return name;
};

/** One statement; `depth` levels of blocks may follow. */
function step(scope: Scope, depth: number): Step {
  const { random } = scope;
  const roll = random.unit();
  if (roll < 0.32) {
    const value = expression(scope);
    const name = fresh(scope);
    return {
      words: random.pick([
        `set $${name}$ to ${value.words}`,
        `let $${name}$ be ${value.words}`,
        `assign ${value.words} to $${name}$`,
      ]),
      lines: [`${name} = ${value.code}`],
    };
  }
  if (roll < 0.42) {
    const value = expression(scope, 1);
    return { words: `print ${value.words}`, lines: [`print ( ${value.code} )`] };
  }
  if (roll < 0.5) {
    const [list, value] = [variable(scope), expression(scope, 1)];
    return { words: `append ${value.words} to ${list.words}`, lines: [`${list.code} . append ( ${value.code} )`] };
  }
  if (roll < 0.56) {
    const [map, key, value] = [variable(scope), atom(scope), expression(scope, 1)];
    return {
      words: `store ${value.words} in ${map.words} at ${key.words}`,
      lines: [`${map.code} [ ${key.code} ] = ${value.code}`],
    };
  }
  if (roll < 0.6) {
    const [name, amount] = [variable(scope), number(scope)];
    return { words: `increase ${name.words} by ${amount.words}`, lines: [`${name.code} += ${amount.code}`] };
  }
  if (roll < 0.64) {
    const test = condition(scope);
    return { words: `assert that ${test.words}`, lines: [`assert ${test.code}`] };
  }
  if (roll < 0.7) {
    const [list, name] = [variable(scope), fresh(scope)];
    const item = scope.names.next();
    const test = condition({ ...scope, known: [item] }, false);
    return {
      words: `let $${name}$ hold every $${item}$ of ${list.words} if ${test.words}`,
      lines: [`${name} = [ ${item} for ${item} in ${list.code} if ${test.code} ]`],
    };
  }
  if (depth === 0) {
    const call = scope.names.next();
    const given = variable(scope);
    return { words: `call ${call} with ${given.words}`, lines: [`${call} ( ${given.code} )`] };
  }
  return block(scope, depth - 1);
}

function block(scope: Scope, depth: number): Step {
  const { random } = scope;
  const roll = random.unit();
  const inner = (known: string[] = []): Step => step({ ...scope, known: [...scope.known, ...known] }, depth);
  if (roll < 0.3) {
    const test = condition(scope);
    const then = inner();
    if (random.unit() < 0.6)
      return { words: `if ${test.words}, ${then.words}`, lines: [`if ${test.code} :`, ...indent(then.lines)] };
    const other = inner();
    return {
      words: `if ${test.words}, ${then.words}, else ${other.words}`,
      lines: [`if ${test.code} :`, ...indent(then.lines), "else :", ...indent(other.lines)],
    };
  }
  if (roll < 0.62) {
    const [list, item] = [variable(scope), scope.names.next()];
    const then = inner([item]);
    const words = random.pick([
      `for each $${item}$ in ${list.words} ${then.words}`,
      `loop over ${list.words} as $${item}$ and ${then.words}`,
    ]);
    return { words, lines: [`for ${item} in ${list.code} :`, ...indent(then.lines)] };
  }
  if (roll < 0.72) {
    const [index, end] = [scope.names.next(), atom(scope)];
    const then = inner([index]);
    return {
      words: `for $${index}$ up to ${end.words}, ${then.words}`,
      lines: [`for ${index} in range ( ${end.code} ) :`, ...indent(then.lines)],
    };
  }
  if (roll < 0.82) {
    const [file, path] = [scope.names.next(), atom(scope)];
    const then = inner([file]);
    return {
      words: `open ${path.words} as $${file}$ and ${then.words}`,
      lines: [`with open ( ${path.code} ) as ${file} :`, ...indent(then.lines)],
    };
  }
  if (roll < 0.92) {
    const error = random.pick(["KeyError", "ValueError", "TypeError", "IndexError", "OSError"]);
    const [first, otherwise] = [inner(), inner()];
    return {
      words: `try to ${first.words}, on ${error} ${otherwise.words}`,
      lines: ["try :", ...indent(first.lines), `except ${error} :`, ...indent(otherwise.lines)],
    };
  }
  const [left, limit] = [variable(scope), number(scope)];
  return {
    words: `while ${left.words} is under ${limit.words}, add ${limit.words} to it`,
    lines: [`while ${left.code} < ${limit.code} :`, `\t${left.code} += ${limit.code}`],
  };
}

/** A function of a few statements. */
export function pythonTask(random: Random, names: SampleNames): Example {
  const given = names.several(random.below(3) + 1);
  const scope: Scope = { random, names, known: [...given] };
  const steps = Array.from({ length: random.below(3) + 1 }, () => step(scope, 2));
  const last = random.unit() < 0.8 ? expression(scope) : undefined;
  if (last) steps.push({ words: `return ${last.words}`, lines: [`return ${last.code}`] });
  const name = names.next();
  const told = steps.map((one) => one.words).join(random.pick([", then ", "; ", ". "]));
  const spoken = listed(given.map((one) => `$${one}$`));
  const src = random.pick([
    `Define $${name}$ with ${spoken}. ${capitalised(told)}.`,
    `Function $${name}$ of ${spoken}: ${told}`,
    `Implement a method $${name}$ taking ${spoken}: ${told}.`,
    `Given ${spoken}, ${told}. The name is $${name}$.`,
  ]);
  return { src, tgt: layOut([`def ${name} ( ${given.join(" , ")} ) :`, ...indent(steps.flatMap((one) => one.lines))]) };
}

/** A single expression or statement, outside of any function. */
export function snippetTask(random: Random, names: SampleNames): Example {
  const scope: Scope = { random, names, known: names.several(random.below(3) + 1) };
  const one = step(scope, 1);
  return { src: `Python: ${one.words}`, tgt: layOut(one.lines) };
}

/** Names and words in a row, to be written down again with spaces: a plain exercise in copying. */
export function copyTask(random: Random, names: SampleNames): Example {
  const items = names.several(random.below(7) + 2);
  return random.unit() < 0.5
    ? { src: `List of ${listed(items.map((item) => `$${item}$`))}`, tgt: `[ ${items.join(" , ")} ]` }
    : {
        src: `Dict of ${listed(items.map((item) => `$${item}$`))}`,
        tgt: `dict ( ${items.map((item) => `${item} = ${item}`).join(" , ")} )`,
      };
}
