/** Reverse-mode differentiation over a graph's tape: appends the nodes that compute gradients. */
import { addWithoutGradient } from "./arithmetic";
import type { InputGradient, TapeEntry } from "./graph";
import type { Value } from "./value";

/** A value and the gradient of a scalar with respect to it: a loss in closed form seeds its logits. */
export interface Seed {
  readonly of: Value;
  readonly gradient: Value;
}

/**
 * Gradients of a scalar, given `seeds`. Returns one gradient per entry of `targets`, in order.
 *
 * Throws a TypeError for a target that the seeds do not depend on.
 */
export function gradients(seeds: readonly Seed[], targets: readonly Value[]): Value[] {
  const [first] = seeds;
  if (first === undefined) throw new TypeError("no seed to differentiate from");
  return differentiate(first.of.graph.tape, seeds, targets).map((gradient, at) => {
    if (gradient === undefined) throw new TypeError(`the loss does not depend on ${targets[at]!.name}`);
    return gradient;
  });
}

/** As `gradients`, along a tape of its own; undefined for a target that the seeds do not depend on. */
export function differentiate(
  tape: readonly TapeEntry[],
  seeds: readonly Seed[],
  targets: readonly Value[],
): (Value | undefined)[] {
  const accumulated = new Map<string, Value>();
  const accumulate = (value: Value, gradient: NonNullable<InputGradient>): void => {
    const sum = accumulated.get(value.name);
    if (typeof gradient === "function") accumulated.set(value.name, gradient(sum));
    else accumulated.set(value.name, sum === undefined ? gradient : addWithoutGradient(sum, gradient));
  };
  const needed = dependents(tape, targets);
  for (const { of, gradient } of seeds) accumulate(of, gradient);
  for (const { inputs, outputs, backward } of [...tape].reverse()) {
    const upstreams = outputs.map(({ name }) => (needed.has(name) ? accumulated.get(name) : undefined));
    if (upstreams.every((upstream) => upstream === undefined)) continue;
    backward(upstreams).forEach((gradient, index) => {
      const input = inputs[index];
      if (gradient !== undefined && input !== undefined && needed.has(input.name)) accumulate(input, gradient);
    });
  }
  return targets.map((target) => accumulated.get(target.name));
}

/** Names of the targets and of everything computed from them: gradients elsewhere would be thrown away. */
function dependents(tape: readonly Pick<TapeEntry, "inputs" | "outputs">[], targets: readonly Value[]): Set<string> {
  const names = new Set(targets.map(({ name }) => name));
  for (const { inputs, outputs } of tape) {
    if (inputs.some(({ name }) => names.has(name))) for (const { name } of outputs) names.add(name);
  }
  return names;
}
