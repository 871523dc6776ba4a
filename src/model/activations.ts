/** Activation functions by the names that config.json gives them. */
import { gelu, geluTanh, silu } from "../graph/activation";
import { relu } from "../graph/arithmetic";
import type { Value } from "../graph/value";

export const activations = {
  relu,
  gelu,
  gelu_new: geluTanh,
  gelu_fast: geluTanh,
  gelu_pytorch_tanh: geluTanh,
  silu,
  swish: silu,
} as const satisfies Readonly<Record<string, (x: Value) => Value>>;

export type ActivationName = keyof typeof activations;

export const isActivation = (name: string): name is ActivationName => Object.hasOwn(activations, name);
