import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareDay, type DayRecount, foundIn, newRecount, recountHeads } from "#domain/recount.ts";
import { type CountedHead, counterName, countersOf, type Tally } from "#domain/tally.ts";

const day = "2026-11-21";
const nowMs = Date.parse("2026-11-25T00:00:00Z");
const changedAtMs = Date.parse("2026-11-21T12:00:00Z");

function recordOf(category: string, status = "pending"): Tally {
  return { family: "record", day, status, values: { category, source: "api" }, durationMs: null };
}

function runOf(workflow: string, durationMs: number): Tally {
  return { family: "run", day, status: "SUCCESS", values: { workflow }, durationMs };
}

function headsOf(tallies: readonly Tally[]): CountedHead[] {
  return tallies.map((tally) => ({ tally, changedAtMs }));
}

function countersFor(tallies: readonly Tally[]): Map<string, number> {
  const counters = new Map<string, number>();
  for (const counter of tallies.flatMap(countersOf)) counters.set(counter, (counters.get(counter) ?? 0) + 1);
  return counters;
}

/** Recounts a day part by part, a page of heads at a time, and gives what `settle` makes of each part. */
function recountAll<Result>(tallies: readonly Tally[], pageSize: number, settle: (recount: DayRecount) => Result) {
  const results: Result[] = [];
  const counted = { counters: countersFor(tallies), asOfMs: changedAtMs };
  let recount = newRecount(day);
  for (;;) {
    const from = Number(recount.position ?? 0);
    const heads = headsOf(tallies.slice(from, from + pageSize));
    const next = from + pageSize;
    const read = recountHeads(recount, { heads, position: next < tallies.length ? String(next) : null }, counted);
    recount = JSON.parse(JSON.stringify(read)) as DayRecount; // as a job keeps it
    if (!recount.isRead) continue;
    results.push(settle(recount));
    if (recount.parts.length === 1) return results;
    recount = newRecount(day, recount.parts.slice(1));
  }
}

describe("a recount", () => {
  it("finds the counters of all heads, whatever their names and however many are read at once", () => {
    const category = fc.constantFrom("order", "a|b", "__proto__", "constructor", "x".repeat(128));
    const tally = fc.oneof(
      category.map((name) => recordOf(name)),
      fc.tuple(fc.constantFrom("w1", "w2"), fc.nat(100_000)).map(([workflow, ms]) => runOf(workflow, ms)),
    );
    fc.assert(
      fc.property(fc.array(tally, { maxLength: 30 }), fc.integer({ min: 1, max: 10 }), (tallies, pageSize) => {
        const [found] = recountAll(tallies, pageSize, foundIn);
        expect(found).toEqual(countersFor(tallies));
      }),
    );
  });

  it("keeps to what a job's item holds: a day with more counters is recounted in parts, each counter in one", () => {
    const tallies = Array.from({ length: 4_000 }, (_, at) => recordOf(`${at}-${"name".repeat(30)}`));
    const parts = recountAll(tallies, 1_000, (recount) => {
      expect(JSON.stringify(recount.found).length).toBeLessThan(200_000);
      return foundIn(recount);
    });
    expect(parts.length).toBeGreaterThan(1);
    const found = parts.flatMap((part) => [...part]);
    expect(new Map(found)).toEqual(countersFor(tallies));
    expect(new Set(found.map(([counter]) => counter)).size).toBe(found.length);
  });

  it("compares each part with its own counters alone", () => {
    const tallies = Array.from({ length: 3_000 }, (_, at) => recordOf(`${at}-${"name".repeat(30)}`));
    const missing = counterName("category", "failed", "nobody's");
    const counters = new Map([...countersFor(tallies), [missing, 1]]);
    const parts = recountAll(
      tallies,
      1_000,
      (recount) => compareDay(recount, { counters, asOfMs: changedAtMs }, nowMs).differences,
    );
    expect(parts.length).toBeGreaterThan(1);
    expect(parts.flat()).toEqual([{ day, counter: missing, counted: 1, recounted: 0 }]);
  });

  it("counts names as other that the counters do not know by name, in each dimension by itself", () => {
    const counters = new Map([...countersFor([recordOf("known")]), [counterName("category", "pending", "other"), 1]]);
    const recount = recountHeads(
      newRecount(day),
      {
        heads: headsOf([recordOf("known"), { ...recordOf("new"), values: { category: "new", source: "new" } }]),
        position: null,
      },
      { counters, asOfMs: changedAtMs },
    );
    expect(foundIn(recount)).toEqual(
      new Map([
        ["category|pending|known", 1],
        ["source|pending|api", 1],
        ["category|pending|other", 1],
        ["source|pending|new", 1],
      ]),
    );
  });

  it("takes what expired off what it expects, durations included", () => {
    const run = runOf("w1", 1_000);
    const counters = new Map(
      [...countersFor([run])].flatMap(
        ([name, by]) =>
          [
            [name, by],
            [`expired_${name}`, by],
          ] as const,
      ),
    );
    const recount = recountHeads(newRecount(day), { heads: [], position: null }, { counters, asOfMs: changedAtMs });
    expect(compareDay(recount, { counters, asOfMs: changedAtMs }, nowMs)).toMatchObject({ result: "agree" });
  });
});

describe("a day that differs", () => {
  const read = (countedAsOfMs: number | null, heads = headsOf([recordOf("order")])) =>
    recountHeads(newRecount(day), { heads, position: null }, { counters: new Map(), asOfMs: countedAsOfMs });
  const compared = (asOfMs: number | null, atMs: number, recount = read(asOfMs)) =>
    compareDay(recount, { counters: new Map(), asOfMs }, atMs);
  const hourMs = 3_600_000;

  it("is moving when something changed within five minutes, when counters changed meanwhile, or are behind", () => {
    expect(compared(changedAtMs, changedAtMs + 4 * 60_000).result).toBe("moving");
    expect(compared(changedAtMs + 1, nowMs, read(changedAtMs)).result).toBe("moving");
    expect(compared(changedAtMs - 1, changedAtMs + hourMs).result).toBe("moving");
  });

  it("differs once nothing moves, and is settled after 25 hours, what is behind included", () => {
    expect(compared(changedAtMs, changedAtMs + hourMs)).toMatchObject({ result: "differ", settled: false });
    expect(compared(changedAtMs - 1, changedAtMs + 25 * hourMs)).toMatchObject({ result: "differ", settled: true });
  });

  it("is not settled while what is left of an erased head is younger", () => {
    const erased = read(changedAtMs, [{ tally: null, changedAtMs: nowMs - hourMs }]);
    expect(
      compareDay(erased, { counters: countersFor([recordOf("order")]), asOfMs: changedAtMs }, nowMs),
    ).toMatchObject({
      settled: false,
    });
  });
});
