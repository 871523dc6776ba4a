/** What training is computed in: `f16` is mixed precision, with weights, moments and whatever is summed in 32 bits. */
export const precisions = ["f32", "f16"] as const;
export type TrainingPrecision = (typeof precisions)[number];
