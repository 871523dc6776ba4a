/** The stored reference values of src/model/reference/t5_reference.py. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { installationFolder } from "../../src/foundation/installation";
import { parseSafetensors } from "../../src/model/safetensors";
import { parseT5Config, type T5Config } from "../../src/model/t5-config";

export interface T5Reference {
  readonly config: T5Config;
  readonly sources: readonly (readonly number[])[];
  readonly targets: readonly (readonly number[])[];
  readonly loss: number;
  readonly logits: readonly (readonly number[])[];
  readonly generated: readonly (readonly number[])[];
  readonly weights: ReadonlyMap<string, Float32Array>;
  readonly gradients: ReadonlyMap<string, Float32Array>;
}

export async function readT5Reference(): Promise<T5Reference> {
  const folder = path.join(installationFolder(), "src/model/reference");
  const tensors = async (name: string): Promise<Map<string, Float32Array>> => {
    const parsed = parseSafetensors(await readFile(path.join(folder, name)), name);
    return new Map([...parsed].map(([tensor, { data }]) => [tensor, data]));
  };
  const json = JSON.parse(await readFile(path.join(folder, "t5-reference.json"), "utf8")) as Omit<
    T5Reference,
    "config" | "weights" | "gradients"
  > & { readonly config: unknown };
  return {
    ...json,
    config: parseT5Config(json.config, "t5-reference.json"),
    weights: await tensors("t5.safetensors"),
    gradients: await tensors("t5-gradients.safetensors"),
  };
}
