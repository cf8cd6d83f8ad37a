import { expect, it } from "vitest";
import { eventsAfter, eventTypeOf, eventTypes } from "#domain/event.ts";
import { goOn, madeDefinition, madeRun, madeStep, succeeded, triggeredMs } from "#test/made-run.ts";

const [a, b] = [madeStep({ name: "a", type: "webhook" }), madeStep({ name: "b", type: "webhook" })];
const run = goOn(
  succeeded(succeeded(madeRun(), a, triggeredMs + 1), b, triggeredMs + 2),
  madeDefinition(a, b),
  triggeredMs + 3,
).run;

it("the trigger is a run's first event, and each entry of its journal one more, without a gap", () => {
  expect(eventsAfter(0, run, run.journal.tail).map(({ sequence, type, atMs }) => [sequence, type, atMs])).toEqual([
    [1, "workflow.trigger", triggeredMs],
    [2, "step.completed", triggeredMs + 1],
    [3, "step.completed", triggeredMs + 2],
    [4, "workflow.completed", triggeredMs + 3],
  ]);
});

it("what was told before is not told again", () => {
  expect(eventsAfter(2, run, run.journal.tail).map(({ sequence }) => sequence)).toEqual([3, 4]);
  expect(eventsAfter(4, run, run.journal.tail)).toEqual([]);
});

it("the list of types has every one, and no other", () => {
  expect([...eventTypes].sort()).toEqual(["workflow.trigger", ...Object.values(eventTypeOf)].sort());
});
