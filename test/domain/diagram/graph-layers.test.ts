import { describe, expect, it } from "vitest";
import { graphLayers } from "#domain/diagram/graph-layers.ts";

/** Moves from words like `ab`: from a to b. */
const moves = (...words: string[]) => words.map((word) => ({ froms: [word.slice(0, 1)], to: word.slice(1) }));

describe("layers", () => {
  it("lead down, as long as no ring is closed", () => {
    expect(graphLayers([..."abcde"], moves("ab", "bc", "cd", "ad", "da", "ae"), "a")).toEqual([
      ["a"],
      ["b", "e"],
      ["c"],
      ["d"],
    ]);
  });

  it("go the way in which the states were declared, whichever action comes first", () => {
    expect(graphLayers([..."abc"], moves("ac", "cb", "bc", "ab"), "a")).toEqual([["a"], ["b"], ["c"]]);
  });

  it("have the root first, even where something leads to it alone", () => {
    expect(graphLayers([..."abx"], moves("ab", "xa"), "a")).toEqual([["a"], ["b", "x"]]);
  });

  it("have what nothing leads to just above where it leads", () => {
    expect(graphLayers([..."abcx"], moves("ab", "bc", "xc"), "a")).toEqual([["a"], ["b", "x"], ["c"]]);
  });

  it("have what is linked with nothing last", () => {
    expect(graphLayers([..."abz"], moves("ab", "zz"), "a")).toEqual([["a"], ["b"], ["z"]]);
    expect(graphLayers([], [], null)).toEqual([]);
  });

  it("hold at most 8 nodes, and none that a move leads from to another of them", () => {
    const keys = Array.from({ length: 21 }, (_, index) => `n${index}`);
    const rows = graphLayers(
      keys,
      [{ froms: ["n0"], to: "n1" }, ...keys.slice(2).map((to) => ({ froms: ["n0"], to }))],
      "n0",
    );
    expect(rows.map(({ length }) => length)).toEqual([1, 7, 7, 6]);
    const all = keys.map((to) => ({ froms: keys, to }));
    expect(graphLayers(keys, all, "n0").map(({ length }) => length)).toEqual(keys.map(() => 1));
  });

  it("take more moves that lead up for far shorter ones", () => {
    const keys = Array.from({ length: 120 }, (_, index) => `n${index}`);
    const tree = keys.slice(1).map((to, at) => ({ froms: [`n${Math.floor(at / 3)}`], to }));
    const tangle = keys.map((from, at) => ({ froms: [from], to: `n${(at * 37 + 11) % 120}` }));
    expect(graphLayers(keys, [...tree, ...tangle], "n0").length).toBeLessThan(30);
  });
});
