import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { factsAfter, type ItemEvent, type ItemFacts, told } from "#domain/item-history.ts";
import { allowedActions, refusalOf } from "#domain/machine.ts";
import {
  actionTo,
  type ItemStatus,
  itemMachine,
  itemStatuses,
  nextStatuses,
  parseItemStatus,
  refusedMove,
  sourcesOf,
} from "#domain/work-item.ts";

/** The documented table, written out. */
const table: Record<ItemStatus, ItemStatus[]> = {
  CREATED: ["IN_PROGRESS", "CANCELLED"],
  IN_PROGRESS: ["COMPLETED", "CANCELLED"],
  COMPLETED: [],
  CANCELLED: [],
};
const status = fc.constantFrom(...itemStatuses);

describe("the moves of a work item", () => {
  it("are the documented ones", () => {
    expect(Object.fromEntries(itemStatuses.map((from) => [from, nextStatuses(from)]))).toEqual(table);
    expect(allowedActions(itemMachine, "IN_PROGRESS").map(({ id }) => id)).toEqual(["complete", "cancel"]);
  });

  it("never leave the table, whatever is commanded in whatever order, and enter no status twice", () => {
    fc.assert(
      fc.property(fc.array(status), (commands) => {
        let current: ItemStatus = "CREATED";
        const entered: ItemStatus[] = ["CREATED"];
        for (const asked of commands) {
          const from: ItemStatus = current;
          if (!sourcesOf(asked).includes(from)) {
            expect([from, ...table[from]]).not.toContain(asked);
            continue;
          }
          if (asked === from) continue;
          expect(table[from]).toContain(asked);
          const action = itemMachine.actions.find(({ id }) => id === actionTo(asked));
          expect(action && refusalOf(itemMachine, from, action)).toBeNull();
          entered.push(asked);
          current = asked;
        }
        expect(new Set(entered).size).toBe(entered.length);
      }),
    );
  });

  it("refused, name those that are allowed", () => {
    expect(refusedMove("CREATED", "COMPLETED")).toMatchObject({
      code: "state_conflict",
      message: "The item is CREATED: it can become IN_PROGRESS or CANCELLED, not COMPLETED.",
    });
    expect(refusedMove("COMPLETED", "CREATED").message).toContain("final");
  });

  it.each(["in_progress", "IN_PROGRESS", "In_Progress"])("are asked for in any case: %s", (text) => {
    expect([parseItemStatus(text), parseItemStatus(`${text} `)]).toEqual(["IN_PROGRESS", null]);
  });
});

const set = fc.record(
  {
    title: fc.constantFrom("a", "b"),
    assignee: fc.constantFrom("x", "y", null),
    dueAtMs: fc.constantFrom(1, 2, null),
    status,
  },
  { requiredKeys: [] },
);
const events: fc.Arbitrary<ItemEvent[]> = fc
  .array(fc.record({ set, describes: fc.boolean() }), { minLength: 1, maxLength: 12 })
  .map((all) => all.map((each, at) => ({ ...each, version: at + 1, atMs: at, by: "somebody" })));

describe("a history", () => {
  it("tells the same wherever it is cut", () => {
    fc.assert(
      fc.property(events, fc.nat(12), (all, cut) => {
        const before = all.slice(0, cut).reduce<ItemFacts | null>(factsAfter, null);
        expect([...told(all.slice(0, cut), null), ...told(all.slice(cut), before)]).toEqual(told(all, null));
      }),
    );
  });

  it("tells of each member what it was and what it became, and leads to what the item is", () => {
    fc.assert(
      fc.property(events, (all) => {
        const names = { title: "title", assignee: "assignee", due_at: "dueAtMs" } as const;
        const is: Record<string, unknown> = { title: null, assignee: null, due_at: null };
        let current: ItemStatus | null = null;
        for (const { fromStatus, toStatus, changes } of told(all, null)) {
          expect(fromStatus).toBe(current);
          current = toStatus;
          for (const { member, from, to } of changes) {
            if (member === "description") continue;
            expect(from).toBe(is[member]);
            expect(to).not.toBe(from);
            is[member] = to;
          }
        }
        const end = all.reduce<ItemFacts | null>(factsAfter, null);
        expect(current).toBe(end?.status);
        for (const [member, name] of Object.entries(names))
          expect(is[member] ?? null).toBe(end?.[name] || (member === "title" ? "" : null));
      }),
    );
  });
});
