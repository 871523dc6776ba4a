/** How a decoder-only model is asked: the input between two texts. Stored with the checkpoint, in its config.json. */
import { z } from "zod";

export interface PromptTemplate {
  readonly before: string;
  readonly after: string;
}

/** The answer starts on a line of its own. */
export const defaultTemplate: PromptTemplate = { before: "", after: "\n" };

/** The key of config.json that is ours. */
export const ownKey = "dece_audit";

export const ownFields = z
  .object({ prompt: z.object({ before: z.string(), after: z.string() }).default(defaultTemplate) })
  .default({ prompt: defaultTemplate });
