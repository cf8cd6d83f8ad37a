import { expect, it } from "vitest";
import { changedMembers, listDiff } from "#domain/member-diff.ts";

it("tells members that say something else, and not those in another order", () => {
  const from = { name: "a", to: ["x", "y"], hook: { id: 1, payload: {} }, same: null };
  const to = { same: null, hook: { payload: {}, id: 1 }, to: ["y", "x"], name: "b" };
  expect(changedMembers(from, to)).toEqual([
    { member: "name", from: "a", to: "b" },
    { member: "to", from: ["x", "y"], to: ["y", "x"] },
  ]);
});

it("tells what was added, removed and changed by id, wherever it stands", () => {
  const from = [
    { id: "a", n: 1 },
    { id: "b", n: 1 },
    { id: "toString", n: 1 },
  ];
  const to = [
    { id: "toString", n: 1 },
    { id: "c", n: 1 },
    { id: "a", n: 2 },
  ];
  expect(listDiff(from, to)).toEqual({
    added: [{ id: "c", n: 1 }],
    removed: [{ id: "b", n: 1 }],
    changed: [{ id: "a", members: [{ member: "n", from: 1, to: 2 }] }],
  });
  expect(listDiff(from, from)).toEqual({ added: [], removed: [], changed: [] });
});
