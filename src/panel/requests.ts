/** What the panels' pages may ask, checked when it arrives: a message is data like any other. */
import { z } from "zod";
import type { AuditRequest } from "./audit-protocol";
import type { PanelRequest } from "./protocol";

const row = z.int().min(0);
const filter = z.string().max(100);
const field = z.enum(["input", "output"]);
const bare = <Type extends string>(type: Type) => z.strictObject({ type: z.literal(type) });

export const panelRequest: z.ZodType<PanelRequest> = z.discriminatedUnion("type", [
  bare("ready"),
  bare("cancel"),
  bare("resume"),
  bare("probe"),
  z.strictObject({ type: z.literal("openRow"), row }),
]);

export const auditRequest: z.ZodType<AuditRequest> = z.discriminatedUnion("type", [
  bare("ready"),
  z.strictObject({ type: z.literal("rows"), filter, first: row, count: z.int().min(1).max(500) }),
  z.strictObject({ type: z.literal("sample"), row, field: field.nullable(), start: row }),
  z.strictObject({
    type: z.literal("step"),
    filter,
    row: z.int().min(-1),
    field: field.nullable(),
    start: row,
    direction: z.union([z.literal(1), z.literal(-1)]),
  }),
  z.strictObject({ type: z.literal("position"), filter, row }),
  bare("scan"),
  bare("cancelScan"),
  z.strictObject({ type: z.literal("openCode"), row, field, start: row.nullable() }),
  z.strictObject({ type: z.literal("openText"), row }),
  z.strictObject({ type: z.literal("suppress"), row, rule: z.string().min(1).max(100) }),
]);
