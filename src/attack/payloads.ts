/** The payloads by their names on the command line. */
import { Failure } from "../foundation/failure";
import { sqlPayload } from "./sql-payload";
import type { Payload } from "./strategy";

const payloads: ReadonlyMap<string, Payload> = new Map([[sqlPayload.name, sqlPayload]]);

export const payloadNames: readonly string[] = [...payloads.keys()];

/** The payload of that name. Throws a Failure (wrong usage) that lists what exists. */
export function payloadNamed(name: string): Payload {
  const payload = payloads.get(name);
  if (payload === undefined) {
    throw new Failure(`there is no payload "${name}"`, {
      remedy: `Use one of ${payloadNames.join(", ")}`,
      usage: true,
    });
  }
  return payload;
}
