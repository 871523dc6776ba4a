/**
 * Activation checkpointing (Chen et al. 2016): of a block of the forward pass only inputs and output are kept, and the backward
 * pass computes the block again when it comes to it.
 */
import { differentiate } from "./backward";
import type { TapeEntry } from "./graph";
import { onceThereIs } from "./postponed";
import type { Value } from "./value";

/**
 * `body` of `inputs`, its gradient by a second computation. Other values that `body` reads get their gradients too; what it
 * computes from them alone is not computed twice.
 */
export function recomputed(inputs: readonly Value[], body: (...inputs: Value[]) => Value): Value {
  const [first] = inputs;
  if (first === undefined) throw new TypeError("a block has at least one input");
  const { graph } = first;
  const { result: output, tape } = graph.recordApart(() => body(...inputs));
  const read = readBy(tape);
  return graph.record(output, read, (upstream) => {
    const again = new Map(inputs.map((input) => [input.name, onceThereIs(upstream, input)]));
    const second = graph.recordApart(() => body(...again.values()));
    return differentiate(
      second.tape,
      [{ of: second.result, gradient: upstream }],
      read.map((value) => again.get(value.name) ?? value),
    );
  });
}

/** What the tape's operators read and none of them makes. */
function readBy(tape: readonly TapeEntry[]): Value[] {
  const made = new Set(tape.flatMap(({ outputs }) => outputs.map(({ name }) => name)));
  const read = tape.flatMap(({ inputs }) => inputs).filter(({ name }) => !made.has(name));
  return [...new Map(read.map((value) => [value.name, value])).values()];
}
