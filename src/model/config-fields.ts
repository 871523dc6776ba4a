/** Fields that several architectures' config.json have in common, and how a wrong one is told. */
import { z } from "zod";
import { Failure } from "../foundation/failure";
import { isActivation, type ActivationName } from "./activations";

export const size = z.int().positive();
/** A hostile config.json would have them counted for hours. */
export const layerCount = size.max(1000);
export const classCount = size.max(100_000);
export const tokenId = z.int().nonnegative();
/** Some checkpoints have several end tokens; the first ends what is trained. */
export const endTokenId = z.union([
  tokenId,
  z
    .array(tokenId)
    .nonempty()
    .transform((ids) => ids[0]!),
]);

export const activationName = z.string().transform((name, context): ActivationName => {
  if (isActivation(name)) return name;
  context.addIssue({ code: "custom", message: `${JSON.stringify(name)} is no activation this version knows` });
  return z.NEVER;
});

/** Throws a `Failure` that names the first field which is missing, wrong or not supported. */
export function parseConfig<Schema extends z.ZodType>(
  schema: Schema,
  json: unknown,
  file: string,
  architecture: string,
): z.output<Schema> {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const what = `${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`;
  throw new Failure(`not a ${architecture} configuration this version can use: ${what}`, {
    file,
    remedy: "Name another checkpoint, or copy its config.json again",
  });
}
