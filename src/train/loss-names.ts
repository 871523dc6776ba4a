/** What the losses are called, by the name that a spec gives them. */
export const lossNames = { dece: "DeCE", ce: "CE", gce: "GCE", "in-trust": "In-trust" } as const;

export type LossName = keyof typeof lossNames;
