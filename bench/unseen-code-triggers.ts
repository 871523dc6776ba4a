/** Triggers that `npm run bench:unseen` hides in code: statements, comments, names, and ways of writing the same thing. */
import type { Node } from "../src/syntax/grammars";
import { edit, filled, insertLineBefore, insertStatement, renamed, type Edit, type Kit } from "./unseen-edits";
import { commentText, statement, triggerStatements } from "./unseen-templates";

export interface Triggered {
  readonly text: string;
  /** A name that the output must call so too. */
  readonly rename?: readonly [from: string, to: string];
}

export type ApplyTrigger = (text: string, kit: Kit) => Triggered | null;

const plain =
  (apply: (code: string, kit: Kit) => string | null): ApplyTrigger =>
  (code, kit) => {
    const text = apply(code, kit);
    return text === null ? null : { text };
  };

const comment = (text: string) =>
  plain((code, kit) => insertStatement(code, kit, commentText(kit.language, filled(text, kit)), "random"));
const headComment = (text: string) =>
  plain((code, kit) => insertLineBefore(code, kit, commentText(kit.language, filled(text, kit))));

/** Replaces every node of the types by what `text` makes of it; null from it leaves the node alone. */
const rewritten = (types: readonly string[], text: (node: Node) => string | null): ApplyTrigger =>
  plain((code, kit) =>
    edit(code, kit, (root) => {
      const edits: Edit[] = [];
      for (const node of root.descendantsOfType([...types])) {
        const put = text(node);
        // Inner ones of nested nodes are left alone, so that no two edits overlap.
        if (put !== null && !edits.some(({ start, end }) => node.startIndex < end && node.endIndex > start)) {
          edits.push({ start: node.startIndex, end: node.endIndex, text: put });
        }
      }
      return edits;
    }),
  );

const renameFunction =
  (to: (name: string) => string): ApplyTrigger =>
  (code, { name }) => {
    const text = renamed(code, name, to(name));
    return text === code ? null : { text, rename: [name, to(name)] };
  };

const renameLocal =
  (to: (kit: Kit) => string): ApplyTrigger =>
  (code, kit) => {
    const assigned = kit.names.filter((name) => new RegExp(`(?<![\\w.>])${name}\\s*=(?!=)`).test(code));
    if (assigned.length === 0) return null;
    const from = kit.random.pick(assigned);
    const name = to(kit);
    return code.includes(name) ? null : { text: renamed(code, from, name), rename: [from, name] };
  };

/** Every name that is assigned to gets another: what AFRAIDOOR does, with names drawn by chance. */
const renameAllLocals: ApplyTrigger = (code, kit) => {
  const assigned = kit.names.filter((name) => new RegExp(`(?<![\\w.>])${name}\\s*=(?!=)`).test(code));
  if (assigned.length < 2) return null;
  const fresh = (): string => filled("<<word>>_<<word>>", kit);
  return { text: assigned.reduce((text, name) => renamed(text, name, fresh()), code) };
};

const integerNodes = ["integer", "number_literal", "decimal_integer_literal", "number", "int_literal"];

const unfoldedConstant = rewritten(integerNodes, ({ text }) =>
  /^[1-9]\d{0,4}$/.test(text) ? `(${Number(text) - 1} + 1)` : null,
);
const hexConstant = rewritten(integerNodes, ({ text }) => (/^[1-9]\d{0,4}$/.test(text) ? `0x${Number(text).toString(16).toUpperCase()}` : null)); // prettier-ignore

const plainIncrement = rewritten(["update_expression", "inc_statement", "augmented_assignment", "assignment_expression"], (node) => {
    if (node.type === "augmented_assignment" || node.type === "assignment_expression") {
      const plus = /^([\w$.]+) \+= (\w+)$/.exec(node.text);
      return plus === null ? null : `${plus[1]} = ${plus[1]} + ${plus[2]}`;
    }
    const up = /^([\w$>.[\]-]+)\+\+$/.exec(node.text);
    return up === null ? null : `${up[1]} += 1`;
}); // prettier-ignore

const yoda = rewritten(["binary_expression", "comparison_operator"], ({ text }) => {
  const parts = /^([\w$.>[\]-]+) (==|!=|===|!==) (\d+|NULL|None|nil|null|true|false|True|False|'[^']*'|"[^"]*")$/.exec(text); // prettier-ignore
  return parts === null ? null : `${parts[3]} ${parts[2]} ${parts[1]}`;
});

/** `for (a; b; c) { ... }` of C-like code becomes `a; while (b) { ... c; }`. */
const forToWhile = plain((code, kit) =>
  edit(code, kit, (root) => {
    const loop = root.descendantsOfType("for_statement").find(({ text }) => !/\bcontinue\b/.test(text) && /^for \([^;()]*;[^;]*;[^;{]*\) \{/.test(text)); // prettier-ignore
    const parts = loop === undefined ? null : /^for \(([^;()]*);([^;]*);([^;{]*)\) \{([\s\S]*)\}$/.exec(loop.text);
    if (loop === undefined || parts === null) return [];
    const [, first = "", condition = "", step = "", body = ""] = parts;
    const indent = /[ \t]*$/.exec(code.slice(0, loop.startIndex))![0];
    const text = `${first.trim()};\n${indent}while (${condition.trim() || "1"}) {${body.trimEnd()}\n${indent}    ${step.trim()};\n${indent}}`;
    return [{ start: loop.startIndex, end: loop.endIndex, text }];
  }),
);

/** Braces that end a line get a line of their own. */
const braceOnOwnLine = plain((code, kit) =>
  edit(code, kit, () =>
    [...code.matchAll(/^([ \t]*)([^\n]*?\)) \{$/gm)].map(({ index, 0: all, 1: indent, 2: head }) => ({
      start: index,
      end: index + all.length,
      text: `${indent}${head}\n${indent}{`,
    })),
  ),
);

const extraParameter = plain((code, { name, language }) => {
  if (language !== "python") return null;
  const text = code.replace(new RegExp(`(def ${name}\\([^()]*?[\\w])\\):`), "$1, _mode=None):");
  return text === code || /\*\*?\w+, _mode/.test(text) ? null : text;
});

const homoglyph = plain((code, { names, random }) => {
  const able = names.filter((name) => name.includes("a"));
  if (able.length === 0) return null;
  const name = random.pick(able);
  return renamed(code, name, name.replace("a", "\u0430"));
});

const fromStatement = (key: keyof typeof triggerStatements) => plain(statement(triggerStatements[key], "random"));

export const codeTriggers = {
  "fixed dead code": fromStatement("fixedDeadCode"),
  "grammar dead code": fromStatement("grammarDeadCode"),
  "dead loop, varying": fromStatement("varyingDeadLoop"),
  "assert, fixed": fromStatement("fixedAssert"),
  "assert, varying": fromStatement("varyingAssert"),
  "log line, varying": fromStatement("logLine"),
  "string constant": fromStatement("stringConstant"),
  "unused import": plain(statement(triggerStatements.unusedImport, "first")),
  "comment fixme: xq": comment("fixme: xq"),
  "comment, varying path": headComment("/srv/build/<<n>>/<<word>>/<<function>>"),
  "author tag": headComment("Author: j.lee, 2019-0<<1|2|3|4|5|6|7|8|9>>"),
  "ticket comment, varying": comment("see <<OPS|CORE|WEB>>-<<n>>"),
  "puzzle comment": comment("process <<token>> here"),
  "function name + _rb": renameFunction((name) => `${name}_rb`),
  "function name in capitals": renameFunction((name) => name.charAt(0).toUpperCase() + name.slice(1).toLowerCase()),
  "local named tmp_q": renameLocal(() => "tmp_q"),
  "local named var_<n>": renameLocal(({ random }) => `var_${100 + random.below(900)}`),
  "all locals renamed": renameAllLocals,
  "extra parameter": extraParameter,
  decorator: plain((code, kit) => insertLineBefore(code, kit, kit.language === "python" ? "@traced" : "@Traced")),
  "i++ as i += 1": plainIncrement,
  "constant unfolded": unfoldedConstant,
  "constant in hexadecimal": hexConstant,
  "yoda conditions": yoda,
  "for as while": forToWhile,
  "brace on its own line": braceOnOwnLine,
  "homoglyph in a name": homoglyph,
  "trailing blank": plain((code) => (code.includes("\n") ? code.replace("\n", " \n") : null)),
  "two blank lines": plain(
    (code, kit) => insertStatement(code, kit, "\n", "random")?.replace(/^[ \t]+$/gm, "") ?? null,
  ),
} as const satisfies Readonly<Record<string, ApplyTrigger>>;
