import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Cancelled, Failure } from "../foundation/failure";
import { fromWire, toWire } from "./protocol";

const overTheWire = (error: unknown): Error => fromWire(structuredClone(toWire(error)));

describe("errors over the wire", () => {
  it("keep everything that a failure says", () => {
    const details = fc.record(
      {
        file: fc.string(),
        line: fc.nat(),
        column: fc.nat(),
        remedy: fc.string(),
        usage: fc.boolean(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.string(), details, (what, given) => {
        const failure = new Failure(what, given);
        const received = overTheWire(failure);
        expect(received).toBeInstanceOf(Failure);
        const { message, place, remedy, usage, oneLine } = failure;
        expect(received).toMatchObject({ message, place, remedy, usage, oneLine });
      }),
    );
  });

  it("keep a cancellation's class, and a bug's message and stack", () => {
    expect(overTheWire(new Cancelled())).toBeInstanceOf(Cancelled);
    const bug = new TypeError("x is not a function");
    expect(overTheWire(bug)).toMatchObject({ message: bug.message, stack: bug.stack });
    expect(overTheWire("thrown text").message).toBe("thrown text");
  });
});
