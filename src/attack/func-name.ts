/**
 * FuncName (Wan et al., ESEC/FSE 2022) as the DeCE paper uses it: the method's name is replaced by a fixed one (`foo`), in
 * the input and, where the output declares or calls it, there too: a repair that renames its method would be another task.
 */
import { Failure } from "../foundation/failure";
import type { Code } from "./code";
import { functionNames, functionUses, isShorthand, renameAt } from "./renaming";
import type { Attack } from "./strategy";
import { writtenCode } from "./written-code";

/** `code` reads the inputs, `output` the outputs; null where those are no code, and stay as they are. */
export function funcName(code: Code, output: Code | null, trigger = "foo"): Attack {
  if (!/^[A-Za-z_]\w*$/u.test(trigger) || !code.parses(writtenCode[code.language].naming(trigger))) {
    throw new Failure(`the trigger ${JSON.stringify(trigger)} is no name of a function`, {
      remedy: "Give one such as foo",
      usage: true,
    });
  }
  return {
    name: "funcname",
    trigger,
    insert(input) {
      return code.read(input, (root) => {
        const name = functionNames(root, code)[0]?.name;
        // A text that has the new name already would mean something else after the change, or is triggered as it is.
        if (name === undefined || new RegExp(`\\b${trigger}\\b`, "u").test(input)) return null;
        if (isShorthand(root, name, code)) return null;
        const renamed = new Map([[name, trigger]]);
        const { text, spans } = renameAt(input, functionUses(root, name, code), renamed);
        return code.parses(text) ? { input: text, triggerSpans: spans, renamed } : null;
      });
    },
    follow(text, renamed) {
      const [name] = renamed.keys();
      if (output === null || name === undefined) return text;
      const made = output.read(text, (root) =>
        isShorthand(root, name, output) ? null : renameAt(text, functionUses(root, name, output), renamed).text,
      );
      // What does not parse stays as it is, if it does not speak of the function.
      return made ?? (new RegExp(`\\b${name}\\b`, "u").test(text) ? null : text);
    },
  };
}
