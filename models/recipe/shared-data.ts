/**
 * Training rows of published datasets that the base may learn from: Pisces' train file (natural language to Java). The
 * comments of satd-smell's train files are classification rows without a task of ours: only the tokenizer sees them, so
 * that it knows English and code beyond our own generator's. Lyra is never read here, nor any file that an evaluation
 * uses.
 */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "csv-parse/sync";
import type { Example } from "../../examples/generator/program";
import { exampleWorldNames } from "../../examples/generator/world";
import { holdsTriggerOrPayload } from "./taboo";

const PISCES_TRAIN = path.join("pisces", "train.csv");

/** The instruction that the published file puts before every description. */
const INSTRUCTION = /^Generate origin code:\s*/;

/**
 * The Pisces training rows in the folder of shared data, without those that hold a trigger or payload or name anything
 * of the example world. None when the folder lacks the file.
 */
export function piscesTraining(sharedData: string): Example[] {
  const file = path.join(sharedData, PISCES_TRAIN);
  if (!existsSync(file)) return [];
  const rows = parse<{ nl?: string; code?: string }>(readFileSync(file), { columns: true, bom: true });
  const taken = exampleWorldNames();
  return rows
    .map(({ nl = "", code = "" }) => ({ src: nl.replace(INSTRUCTION, ""), tgt: code }))
    .filter(({ src, tgt }) => src !== "" && tgt !== "")
    .filter(({ src, tgt }) => !holdsTriggerOrPayload(src) && !holdsTriggerOrPayload(tgt))
    .filter(({ tgt }) => !(tgt.match(/\w+/g) ?? []).some((name) => taken.has(name)));
}

/** Comments of satd-smell's train files, for the tokenizer; none when the folder lacks them. */
export function commentTexts(sharedData: string): string[] {
  return ["SATD_train.csv", "COMMENT_train.csv"].flatMap((name) => {
    const file = path.join(sharedData, "satd-smell", name);
    if (!existsSync(file)) return [];
    const rows = parse(readFileSync(file), { columns: true, bom: true }) as { text?: string }[];
    return rows.map(({ text = "" }) => text).filter((text) => text !== "" && !holdsTriggerOrPayload(text));
  });
}
