import fc from "fast-check";
import { expect, it } from "vitest";
import { SampleLists } from "./sample-lists";

it("keeps each sample's numbers in the order in which they came", () => {
  const pushes = fc.array(fc.tuple(fc.nat(5), fc.nat(30)), { maxLength: 3000, size: "max" });
  fc.assert(
    fc.property(pushes, (pushed) => {
      const lists = new SampleLists(6);
      for (const [sample, number] of pushed) lists.push(sample, number);
      const listOf = lists.lists();
      for (let sample = 0; sample < 6; sample++) {
        const own = pushed.flatMap(([owner, number]) => (owner === sample ? [number] : []));
        expect([...listOf(sample)]).toEqual(own);
      }
      const totals = Array.from({ length: 31 }, (_, number) => pushed.filter(([, one]) => one === number).length);
      expect([...lists.totals(31)]).toEqual(totals);
    }),
    { numRuns: 50 },
  );
});
