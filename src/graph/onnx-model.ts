/** Encodes a graph as an ONNX model with protobufjs and ONNX's own schema (onnx.proto, compiled to gen/ by the build). */
import { Root, Writer, type Type } from "protobufjs/light";
import descriptor from "../../gen/onnx.json";
import type { Attribute, Graph, Initializer, Node } from "./graph";
import { onnxTypes, type Value } from "./value";

/** AttributeProto.AttributeType in onnx.proto. */
const attributeType = { float: 1, int: 2, string: 3, graph: 5, ints: 7 } as const;

const irVersion = 10;
const operatorSets = [
  { domain: "", version: 21 },
  { domain: "com.microsoft", version: 1 },
];

/**
 * Fields of onnx.proto that are joined by hand: protobufjs would copy every constant several times, and from 1 GiB on everything
 * again with each field (its buffer's size is doubled in 32 bits).
 */
const fields = { graphOfModel: 7, initializerOfGraph: 5, rawDataOfTensor: 9 } as const;

let schema: Root | undefined;
const types = new Map<string, Type>();

/** Where a constant's bytes stand, beside the model's own file. */
export interface ExternalPlace {
  readonly location: string;
  readonly offset: number;
  readonly length: number;
}

/** Gives a constant a place beside the model's file, or undefined for one that stays in it. */
export type PlaceConstant = (bytes: Uint8Array) => ExternalPlace | undefined;

/** A model whose bytes are not made yet. */
export interface OnnxModel {
  /** Of what it holds as constants. */
  readonly constantBytes: number;
  /**
   * The bytes, the constants' own among them as views. Deterministic: the same graph gives the same. All constants are in
   * the model unless `place` says otherwise.
   */
  readonly pieces: (place?: PlaceConstant) => Uint8Array[];
}

export const encodeModel = (graph: Graph): Uint8Array => joined(onnxModel(graph).pieces());

export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(byteSize(pieces));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

export const byteSize = (pieces: readonly Uint8Array[]): number => pieces.reduce((sum, { length }) => sum + length, 0);

export function onnxModel(graph: Graph): OnnxModel {
  const rename = outputNames(graph);
  return modelOf(graph, {
    node: [...liveNodes(graph), ...copiesForOutputs(graph)].map((node, index) => encodeNode(node, index, rename)),
    output: graph.outputs.map(({ name, value }) => encodeValueInfo(name, value)),
  });
}

/** Values of a branch by output name. */
export type Branch = ReadonlyMap<string, Value>;

/**
 * A model of two computations on the same inputs and constants, of which each run takes one by the boolean input
 * `condition`, [1]. Both give the same outputs in the same order; the shapes that are told are those of `otherwise`.
 */
export function branchedModel(graph: Graph, condition: Value, when: Branch, otherwise: Branch): OnnxModel {
  const names = [...otherwise.keys()];
  if (names.join() !== [...when.keys()].join()) throw new TypeError("the two branches have different outputs");
  const branch = (name: string, values: Branch): object => {
    const outputs = [...values.values()];
    const nodes = nodesFor(graph.nodes, outputs);
    return {
      name,
      type: attributeType.graph,
      g: {
        name,
        node: nodes.map((node, index) => encodeNode(node, index, (value) => value, `${name}/`)),
        output: outputs.map((value) => encodeValueInfo(value.name, value)),
      },
    };
  };
  return modelOf(graph, {
    node: [
      {
        name: "If_0",
        opType: "If",
        input: [condition.name],
        output: names,
        attribute: [branch("then_branch", when), branch("else_branch", otherwise)],
      },
    ],
    output: [...otherwise].map(([name, value]) => encodeValueInfo(name, value)),
  });
}

function modelOf(graph: Graph, parts: { readonly node: object[]; readonly output: object[] }): OnnxModel {
  return {
    constantBytes: graph.initializers.reduce((sum, { data }) => sum + data.byteLength, 0),
    pieces: (place = () => undefined) => {
      const content = {
        name: "graph",
        ...parts,
        input: graph.inputs.map((value) => encodeValueInfo(value.name, value)),
      };
      const constants = graph.initializers.flatMap((initializer) =>
        delimited(fields.initializerOfGraph, encodeInitializer(initializer, place)),
      );
      const model = { irVersion, producerName: "dece-audit", opsetImport: operatorSets };
      return [
        message("ModelProto", model),
        ...delimited(fields.graphOfModel, [message("GraphProto", content), ...constants]),
      ];
    },
  };
}

function message(name: string, content: object): Uint8Array {
  schema ??= Root.fromJSON(descriptor);
  const type = types.get(name) ?? schema.lookupType(`onnx.${name}`);
  types.set(name, type);
  return type.encode(type.create(content)).finish();
}

/** A field of protobuf's wire type 2: bytes with their length in front. */
function delimited(field: number, pieces: readonly Uint8Array[]): Uint8Array[] {
  const head = Writer.create()
    .uint32((field << 3) | 2)
    .uint32(byteSize(pieces));
  return [head.finish(), ...pieces];
}

function encodeNode(
  { operator, inputs, outputs, attributes }: Node,
  index: number,
  rename: (name: string) => string,
  prefix = "",
): object {
  const [domain, opType] = operator.includes(":") ? operator.split(":") : ["", operator];
  return {
    name: `${prefix}${opType}_${index}`,
    domain,
    opType,
    input: inputs.map(rename),
    output: outputs.map(rename),
    attribute: Object.entries(attributes).map(([name, value]) => encodeAttribute(name, value)),
  };
}

/** ONNX outputs are named by the node that makes them: the first output of a value renames it, later ones copy it. */
function outputNames({ nodes, outputs }: Graph): (name: string) => string {
  const made = new Set(nodes.flatMap((node) => node.outputs));
  const renamed = new Map<string, string>();
  for (const { name, value } of outputs) {
    if (made.has(value.name) && !renamed.has(value.name)) renamed.set(value.name, name);
  }
  return (name) => renamed.get(name) ?? name;
}

/** Nodes that some output depends on: gradients that nobody asked for are left out. */
export function liveNodes({ nodes, outputs }: Graph): Node[] {
  return nodesFor(
    nodes,
    outputs.map(({ value }) => value),
  );
}

function nodesFor(nodes: readonly Node[], outputs: readonly Value[]): Node[] {
  const wanted = new Set(outputs.map(({ name }) => name));
  const live = [...nodes].reverse().filter((node) => {
    if (!node.outputs.some((name) => wanted.has(name))) return false;
    for (const input of node.inputs) wanted.add(input);
    return true;
  });
  return live.reverse();
}

function copiesForOutputs(graph: Graph): Node[] {
  const rename = outputNames(graph);
  return graph.outputs
    .filter(({ name, value }) => rename(value.name) !== name)
    .map(({ name, value }) => ({ operator: "Identity", inputs: [value.name], outputs: [name], attributes: {} }));
}

function encodeAttribute(name: string, value: Attribute): object {
  if (typeof value === "number") return { name, type: attributeType.int, i: value };
  if (typeof value === "string") return { name, type: attributeType.string, s: new TextEncoder().encode(value) };
  if ("float" in value) return { name, type: attributeType.float, f: value.float };
  return { name, type: attributeType.ints, ints: value };
}

/** TensorProto.DataLocation in onnx.proto. */
const external = 1;

function encodeInitializer({ name, type, dims, data }: Initializer, place: PlaceConstant): Uint8Array[] {
  const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const placed = place(rawData);
  const tensor = { name, dataType: onnxTypes[type], dims };
  if (placed === undefined) return [message("TensorProto", tensor), ...delimited(fields.rawDataOfTensor, [rawData])];
  const externalData = Object.entries(placed).map(([key, value]) => ({ key, value: String(value) }));
  return [message("TensorProto", { ...tensor, externalData, dataLocation: external })];
}

function encodeValueInfo(name: string, { type, shape }: Value): object {
  const dim = shape.map((size) => (typeof size === "string" ? { dimParam: size } : { dimValue: size }));
  return { name, type: { tensorType: { elemType: onnxTypes[type], shape: { dim } } } };
}
