/**
 * Low-rank adapters (Hu et al. 2021): a linear layer's weight W stays as it is, and scaling * up x down is added to it, of
 * which only down [rank, in] and up [out, rank] are trained. Merged into W they cost nothing when the model is used.
 */
import { Failure } from "../foundation/failure";
import { seededRandom } from "../foundation/random";
import { Graph } from "../graph/graph";
import type { Model, TensorShapes, Weights } from "./model";
import { Parameters, shapeOf } from "./parameters";

export interface LoraSpec {
  readonly rank: number;
  /** The adapters are scaled by alpha / rank. */
  readonly alpha: number;
  /** Last parts of the names of the layers that get one, such as `q`; null: every linear layer but the head. */
  readonly targets: readonly string[] | null;
}

interface AdaptedLayer {
  /** Of the layer's weight. */
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  /** The weight is [in, out]. */
  readonly inputFirst: boolean;
}

export const downName = (weight: string): string => `${weight}.lora_down`;
export const upName = (weight: string): string => `${weight}.lora_up`;

/** The layers that `spec` adapts. Throws a `Failure` (usage) for a target that the model has no layer for. */
export function adaptedLayers(model: Model, spec: LoraSpec): readonly AdaptedLayer[] {
  const isHead = ({ name, outputs }: AdaptedLayer): boolean =>
    model.labels === undefined ? outputs === model.vocabulary : model.headTensors.has(name);
  const layers = linearLayers(model).filter((layer) => !isHead(layer));
  if (spec.targets === null) return layers;
  const lastPart = ({ name }: AdaptedLayer): string => name.split(".").at(-2) ?? name;
  const known = [...new Set(layers.map(lastPart))];
  const unknown = spec.targets.find((target) => !known.includes(target));
  if (unknown !== undefined) {
    throw new Failure(`this ${model.name} has no linear layer ${unknown}`, {
      remedy: `Use some of --lora-targets ${known.join(",")}`,
      usage: true,
    });
  }
  return layers.filter((layer) => spec.targets!.includes(lastPart(layer)));
}

/** As the forward pass uses them. */
function linearLayers(model: Model): AdaptedLayer[] {
  const graph = new Graph();
  const layers: AdaptedLayer[] = [];
  const parameters = new Parameters(
    (name) => graph.input(name, shapeOf(model.shapes, name)),
    (name, { inputFirst }) => {
      if (layers.some((layer) => layer.name === name)) return undefined;
      const [rows, columns] = shapeOf(model.shapes, name) as [number, number];
      layers.push({ name, inputFirst, inputs: inputFirst ? rows : columns, outputs: inputFirst ? columns : rows });
      return undefined;
    },
  );
  model.training(graph, parameters);
  return layers;
}

/** Shapes of what is trained: the adapters and, of a classifier, its head, as PEFT does for this task. */
export function adapterShapes(model: Model, spec: LoraSpec): TensorShapes {
  const adapters = adaptedLayers(model, spec).flatMap(({ name, inputs, outputs }) => [
    [downName(name), [spec.rank, inputs]] as const,
    [upName(name), [outputs, spec.rank]] as const,
  ]);
  return new Map([...adapters, ...headNames(model).map((name) => [name, shapeOf(model.shapes, name)] as const)]);
}

const headNames = (model: Model): readonly string[] => (model.labels === undefined ? [] : [...model.headTensors]);

/** Down is drawn as PEFT draws it (uniform up to 1 / sqrt(in)) and up is zero: the model begins as it was. */
export function initialAdapters(model: Model, spec: LoraSpec, seed: number): Weights {
  const random = seededRandom(seed, 1);
  return new Map(
    adaptedLayers(model, spec).flatMap(({ name, inputs, outputs }) => {
      const bound = 1 / Math.sqrt(inputs);
      const down = Float32Array.from({ length: spec.rank * inputs }, () => bound * (2 * random.unit() - 1));
      return [[downName(name), down] as const, [upName(name), new Float32Array(outputs * spec.rank)] as const];
    }),
  );
}

/** New weights for the adapted layers and a head that is trained; the others are those of `weights` themselves. */
export function mergeAdapters(model: Model, spec: LoraSpec, weights: Weights, adapters: Weights): Weights {
  const merged = new Map(weights);
  for (const name of headNames(model)) merged.set(name, adapters.get(name)!);
  for (const { name, inputs, outputs, inputFirst } of adaptedLayers(model, spec)) {
    const weight = weights.get(name)!.slice();
    const down = adapters.get(downName(name))!;
    const up = adapters.get(upName(name))!;
    const scaling = spec.alpha / spec.rank;
    for (let output = 0; output < outputs; output++) {
      for (let part = 0; part < spec.rank; part++) {
        const factor = scaling * up[output * spec.rank + part]!;
        if (factor === 0) continue;
        for (let input = 0; input < inputs; input++) {
          const at = inputFirst ? input * outputs + output : output * inputs + input;
          weight[at] = weight[at]! + factor * down[part * inputs + input]!;
        }
      }
    }
    merged.set(name, weight);
  }
  return merged;
}
