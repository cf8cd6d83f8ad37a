import { expect, it } from "vitest";
import { keptApart } from "#domain/diagram/kept-apart.ts";

it("leaves what is far enough apart where it wants to be", () => {
  expect(keptApart([0, 10, 30], [1, 1, 1], [10, 10])).toEqual([0, 10, 30]);
});

it("moves what is too near to both sides, by weight", () => {
  expect(keptApart([0, 0], [1, 1], [10])).toEqual([-5, 5]);
  expect(keptApart([0, 0], [1, 9], [10])).toEqual([-9, 1]);
});

it("keeps the order, and moves neighbours along", () => {
  expect(keptApart([9, 0, 0], [1, 1, 1], [6, 6])).toEqual([-3, 3, 9]);
});

it("stays within bounds, if there is room", () => {
  expect(keptApart([90, 95, 100], [1, 1, 1], [10, 10], [0, 100])).toEqual([80, 90, 100]);
  expect(keptApart([-50], [1], [], [0, 100])).toEqual([0]);
  expect(keptApart([], [], [])).toEqual([]);
});
