import { expect, test } from "vitest";
import { castWithoutGradient } from "./cast";
import { Graph } from "./graph";
import { peakBytes, sizesOf } from "./memory";
import type { Value } from "./value";

const kibibyte = 1024;

/** x [rows, 256] of float32, so a row is one KiB. */
function graphOf(build: (graph: Graph, x: Value) => Value): Graph {
  const graph = new Graph();
  graph.output("y", build(graph, graph.input("x", ["rows", 256])));
  return graph;
}

const peakOf = (graph: Graph, rows: number): number => peakBytes(graph, sizesOf(graph, { x: [rows, 256] }));

test("a tensor lives until its last reader, and outputs are the caller's", () => {
  const like = { shape: ["rows", 256] };
  const chain = graphOf((graph, x) => {
    const a = graph.node("Tanh", [x], like);
    const b = graph.node("Tanh", [a], like);
    return graph.node("Tanh", [b], like);
  });
  expect(peakOf(chain, 8)).toBe(16 * kibibyte);
  const held = graphOf((graph, x) => {
    const a = graph.node("Tanh", [x], like);
    const c = graph.node("Tanh", [graph.node("Tanh", [a], like)], like);
    return graph.node("Mul", [a, c], like);
  });
  expect(peakOf(held, 8)).toBe(24 * kibibyte);
});

test("what is written in place or only seen in another shape takes nothing more", () => {
  const like = { shape: ["rows", 256] };
  const graph = graphOf((made, x) => {
    const a = made.node("Tanh", [x], like);
    const viewed = made.node("Reshape", [a, made.integers([-1])], { shape: ["rows*256"] });
    const written = made.node("Exp", [viewed], { shape: ["rows*256"] });
    return made.node("ReduceSum", [written], { shape: [] });
  });
  expect(peakOf(graph, 4)).toBe(4 * kibibyte);
});

test("a number of 16 bits takes half of one of 32", () => {
  const halves = graphOf((graph, x) => {
    const a = castWithoutGradient(x, "float16");
    const b = graph.node("Tanh", [a], a);
    return castWithoutGradient(graph.node("Tanh", [b], b), "float32");
  });
  expect(peakOf(halves, 8)).toBe(8 * kibibyte);
});

test("nodes that no output needs take nothing, and a size that is not known is a mistake", () => {
  const graph = graphOf((made, x) => {
    made.node("Tanh", [x], { shape: ["rows", 256] });
    return made.node("ReduceSum", [x], { shape: [] });
  });
  expect(peakOf(graph, 4)).toBe(0);
  const open = graphOf((made, x) =>
    made.node("Neg", [made.node("Tanh", [x], { shape: ["other"] })], { shape: ["other"] }),
  );
  expect(() => peakOf(open, 1)).toThrow("the size of other is not known");
});
