/** What a fine-tuning trains: a model that writes outputs, or a classifier that gives each input one of the data's labels. */
import { areLabels } from "../detect/labels";
import { Failure } from "../foundation/failure";
import type { Model } from "../model/model";
import type { FinetuneSpec } from "./spec";

/** More different outputs are no labels. */
const mostClasses = 1000;

/**
 * The labels that a classification head is made for, where the base is an encoder without one: numbers in their order, other
 * labels in code point order. Undefined where the outputs are to be written. Throws a `Failure` (usage) where labels are asked
 * for and there are none.
 */
export function labelsToLearn(task: FinetuneSpec["task"], outputs: readonly string[]): readonly string[] | undefined {
  if (task === "generate" || (task === "auto" && !areLabels(outputs))) return undefined;
  const labels = [...new Set(outputs.map((output) => output.trim()))];
  if (labels.length < 2 || labels.length > mostClasses) {
    if (task === "auto") return undefined;
    const what = labels.length < 2 ? "the same label in every row" : `${labels.length} different outputs`;
    throw new Failure(`there is nothing to classify: the data has ${what}`, {
      remedy: `Name data with 2 to ${mostClasses} labels, or the column that holds them with --output`,
      usage: true,
    });
  }
  const areNumbers = labels.every((label) => /^-?\d{1,15}$/.test(label));
  return labels.sort(areNumbers ? (a, b) => Number(a) - Number(b) : (a, b) => (a < b ? -1 : 1));
}

/** Throws a `Failure` (usage) where the model is not made for the task that is asked for. */
export function checkTask(task: FinetuneSpec["task"], model: Model): void {
  if (task === "classify" && model.labels === undefined) {
    throw new Failure(`a ${model.name} cannot get a classification head`, {
      remedy: "Name a RoBERTa encoder with --model, such as CodeBERT or GraphCodeBERT",
      usage: true,
    });
  }
  if (task === "generate" && model.labels !== undefined) {
    throw new Failure("the checkpoint is a classifier, which writes no outputs", {
      remedy: "Leave --task out, or name another --model",
      usage: true,
    });
  }
}
