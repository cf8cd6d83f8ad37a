import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bucketOf } from "#domain/duration-sketch.ts";
import { sketchesIn, summarizeDurations } from "#domain/duration-summary.ts";
import { isFinished, type RunStatus, runStatuses } from "#domain/run.ts";
import { summarizeRuns, totalOfRuns } from "#domain/run-summary.ts";
import { counterName, deltasOf, expiryDeltasOf, type Tally } from "#domain/tally.ts";

type Counted = { status: RunStatus; workflow: string; durationMs: number };

const workflow = fc.constantFrom("w1", "w2", "w3");
const counted: fc.Arbitrary<Counted> = fc.record({
  status: fc.constantFrom(...runStatuses),
  workflow,
  durationMs: fc.integer({ min: 1, max: 10_000_000 }),
});
const runs = fc.array(counted, { maxLength: 40 });
const status = fc.option(fc.constantFrom(...runStatuses));
const workflowId = fc.option(fc.oneof(workflow, fc.constant("nobody's")));

function tallyOf({ status: is, workflow: of, durationMs }: Counted): Tally {
  const values = { workflow: of };
  return {
    family: "run",
    day: "2026-11-21",
    status: is,
    values,
    durationMs: isFinished({ status: is }) ? durationMs : null,
  };
}

/** The all-time counters of some runs. */
function countersOf(all: readonly Counted[], deltas = (tally: Tally) => deltasOf(null, tally)): Map<string, number> {
  const counters = new Map<string, number>();
  for (const { scope, counter, by } of all.map(tallyOf).flatMap(deltas)) {
    if (scope === "all") counters.set(counter, (counters.get(counter) ?? 0) + by);
  }
  return counters;
}

function matching(all: readonly Counted[], is: RunStatus | null, of: string | null): Counted[] {
  return all.filter((run) => (is === null || run.status === is) && (of === null || run.workflow === of));
}

describe("a summary of runs", () => {
  it("equals a recount of those that match its filters", () => {
    fc.assert(
      fc.property(runs, status, workflowId, (all, is, of) => {
        const found = matching(all, is, of);
        const { all: total, byStatus, byValue } = summarizeRuns(countersOf(all), { status: is, workflowId: of });
        expect(total).toBe(found.length);
        for (const each of runStatuses) expect(byStatus[each]).toBe(matching(found, each, null).length);
        expect(new Set(byValue.keys())).toEqual(new Set(found.map((run) => run.workflow)));
        for (const [id, row] of byValue) {
          expect(row.total).toBe(matching(found, null, id).length);
          for (const each of runStatuses) expect(row.byStatus[each]).toBe(matching(found, each, id).length);
        }
      }),
    );
  });

  it("has every status, at 0 where there is none", () => {
    const { all, byStatus } = summarizeRuns(new Map(), { status: null, workflowId: null });
    expect([all, Object.keys(byStatus), new Set(Object.values(byStatus))]).toEqual([0, [...runStatuses], new Set([0])]);
  });
});

describe("totalOfRuns", () => {
  it("is exact for any status and workflow", () => {
    fc.assert(
      fc.property(runs, status, workflowId, (all, is, of) => {
        expect(totalOfRuns(countersOf(all), { status: is, workflowId: of })).toBe(matching(all, is, of).length);
      }),
    );
  });

  it.each([{ tag: "order-12345" }, { createdAfterMs: 0 }, { createdBeforeMs: 0 }])(
    "is null with %j, which would need a scan",
    (filter) => {
      expect(totalOfRuns(new Map(), { status: null, workflowId: null, ...filter })).toBeNull();
    },
  );

  it("is null for a workflow that may be among those not counted by name", () => {
    const counters = new Map([[counterName("workflow", "SUCCESS", "other"), 3]]);
    expect(totalOfRuns(counters, { status: null, workflowId: "w1" })).toBeNull();
    expect(totalOfRuns(counters, { status: "SUCCESS", workflowId: null })).toBe(3);
  });
});

describe("durations", () => {
  it("are those that ended with the status asked for, of all together and of each workflow", () => {
    fc.assert(
      fc.property(runs, status, (all, is) => {
        const sketches = sketchesIn(countersOf(all), is);
        const ended = matching(all, is, null).filter(isFinished);
        expect(summarizeDurations(sketches.get(null) ?? new Map()).count).toBe(ended.length);
        for (const id of ["w1", "w2", "w3"]) {
          const own = ended.filter((run) => run.workflow === id);
          const buckets = [...Map.groupBy(own, (run) => bucketOf(run.durationMs))].map(([at, in_]) => [at, in_.length]);
          expect([...(sketches.get(id) ?? [])].sort()).toEqual(buckets.sort());
        }
      }),
    );
  });

  it("are told by their number, median and 95th of 100, and not at all while nothing has ended", () => {
    const sketch = new Map(Array.from({ length: 100 }, (_, at) => [bucketOf(1.2 ** at), 1]));
    const { count, p50Ms, p95Ms } = summarizeDurations(sketch);
    expect(count).toBe(sketch.size);
    expect(p50Ms ?? 0).toBeLessThan(p95Ms ?? 0);
    expect(summarizeDurations(new Map())).toEqual({ count: 0, p50Ms: null, p95Ms: null });
  });

  it("are not changed by what expires", () => {
    const run: Counted = { status: "SUCCESS", workflow: "w1", durationMs: 5 };
    const counters = new Map([...countersOf([run]), ...countersOf([run], expiryDeltasOf)]);
    expect(summarizeDurations(sketchesIn(counters, null).get("w1") ?? new Map()).count).toBe(1);
    expect(summarizeRuns(counters, { status: null, workflowId: null }).all).toBe(1);
  });
});
