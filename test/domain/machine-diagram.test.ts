import { describe, expect, it } from "vitest";
import { graphRows } from "#domain/graph-rows.ts";
import { mermaidOf, svgOf } from "#domain/machine-diagram.ts";
import { madeAction, madeDefinition, madeState } from "#test/made-definition.ts";

const definition = madeDefinition({
  states: [
    madeState("draft", { name: "Draft", isInitial: true }),
    madeState("review", { name: "Under review", enabled: false }),
    madeState("done", { name: "Done", isFinal: true }),
  ],
  actions: [
    madeAction("submit", ["draft"], "review", { name: "Submit" }),
    madeAction("approve", ["review"], "done", { name: "Approve", enabled: false }),
    madeAction("cancel", "*", "done", { name: "Cancel" }),
  ],
});

/** What a label may try: to end the text it stands in, to be markup, to be Mermaid's syntax, to break lines, to turn text round. */
const hostile = [
  `"]; evil --> [*] %% "`,
  "</text><script>alert(1)</script>",
  `" onload="alert(1)`,
  "<![CDATA[ ]]> &amp; &#60;",
  "s0 --> s1: style x:#fff;",
  "click s0 href javascript:alert(1)",
  "#quot;#59;",
  "line\u2028break\u0085and\u202eback",
  "end note",
  "\ufffe\u{1f600}",
];

describe("Mermaid", () => {
  it("marks initial, final, disabled and current states, and what leads from every state", () => {
    expect(mermaidOf(definition, "draft")).toBe(`stateDiagram-v2
  state "Draft" as s0
  state "Under review (disabled)" as s1
  state "Done" as s2
  state "any open state" as any
  [*] --> s0
  s0 --> s1: Submit
  s1 --> s2: Approve (disabled)
  any --> s2: Cancel
  s2 --> [*]
  classDef disabled fill:#f3f4f6,color:#6b7280,stroke-dasharray:4
  classDef current fill:#fde68a,color:#111827,stroke:#b45309,stroke-width:3px
  classDef any fill:#ffffff,color:#111827,stroke-dasharray:2
  class s0 current
  class s1 disabled
  class any any
`);
  });
});

describe("SVG", () => {
  it("marks initial, final, disabled and current states, and what leads from every state", () => {
    const svg = svgOf(definition, "draft");
    expect(svg).toContain('<g class="state current"><title>Draft (current)</title><circle class="start"');
    expect(svg).toContain('<g class="state disabled"><title>Under review (disabled)</title>');
    expect(svg.match(/class="inner"/g)).toHaveLength(1);
    expect(svg.match(/class="start"/g)).toHaveLength(1);
    expect(svg).toContain('<g class="state any"><title>any open state</title>');
    expect(svg).toContain('<g class="edge disabled"><title>Approve (disabled)</title>');
    expect(svgOf(definition, null)).not.toContain("current)");
  });

  it.each(hostile)("takes no name for markup: %j", (name) => {
    const svg = svgOf(
      madeDefinition({
        name,
        states: [madeState("a", { name, isInitial: true }), madeState("b", { name, isFinal: true })],
        actions: [madeAction("x", ["a"], "b", { name })],
      }),
      "a",
    );
    const tags = [...svg.matchAll(/<\/?([^\s/>]+)[^<>]*>/g)].map(([, tag]) => tag ?? "");
    const known = ["svg", "title", "style", "defs", "marker", "path", "rect", "g", "circle", "text"];
    expect(new Set(tags)).toEqual(new Set(known));
    const between = svg.replaceAll(/<\/?[a-z]+(?: [a-zA-Z:-]+="[^"<]*")*\/?>/g, "");
    expect(between).not.toMatch(/[<>]|&(?!amp;|lt;|gt;|quot;|#39;)/);
    expect(svg).not.toMatch(/[\u2028\u0085\u202e]/);
    expect(svg).not.toMatch(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u);
  });

  it("cuts a long name, and keeps the whole of it as a title", () => {
    const name = `Waiting for ${"a signature ".repeat(9)}`.trim();
    const svg = svgOf(madeDefinition({ states: [madeState("a", { name, isInitial: true })], actions: [] }), null);
    expect(svg).toContain(`<title>${name}</title>`);
    expect(svg).toContain(">Waiting for a signa…</text>");
    expect(
      mermaidOf(madeDefinition({ states: [madeState("a", { name, isInitial: true })], actions: [] }), null),
    ).toContain('state "Waiting for a signa#8230;" as s0');
  });

  it("gives a wide character the room of two", () => {
    const svg = svgOf(madeDefinition({ states: [madeState("a", { name: "承".repeat(30) })], actions: [] }), null);
    expect(svg).toContain(`>${"承".repeat(9)}…</text>`);
  });

  it("draws 200 states, each inside the picture and none upon another", () => {
    const states = Array.from({ length: 200 }, (_, index) => madeState(`s${index}`, { isInitial: index === 0 }));
    const actions = Array.from({ length: 500 }, (_, index) =>
      madeAction(`a${index}`, [`s${(index * 7) % 200}`], `s${(index * 13 + 5) % 200}`),
    );
    const svg = svgOf(madeDefinition({ states, actions }), null);
    const [, width, height] = /width="([\d.]+)" height="([\d.]+)"/.exec(svg)?.map(Number) ?? [];
    const boxes = [...svg.matchAll(/class="box" x="([\d.-]+)" y="([\d.-]+)" width="(\d+)" height="(\d+)"/g)].map(
      (match) => match.slice(1).map(Number) as [number, number, number, number],
    );
    expect(boxes).toHaveLength(200);
    for (const [x, y, w, h] of boxes) {
      expect(x >= 0 && y >= 0 && x + w <= (width ?? 0) && y + h <= (height ?? 0)).toBe(true);
    }
    const upon = boxes.some(([x, y, w, h], at) =>
      boxes.slice(at + 1).some(([ox, oy]) => Math.abs(x - ox) < w && Math.abs(y - oy) < h),
    );
    expect(upon).toBe(false);
  });
});

describe("rows", () => {
  it("lead from the initial state down, with what nothing leads to below", () => {
    const edges = [
      { from: "a", to: "b" },
      { from: "a", to: "c" },
      { from: "b", to: "d" },
      { from: "d", to: "a" },
      { from: "x", to: "y" },
      { from: "y", to: "x" },
      { from: "z", to: "z" },
    ];
    const rows = graphRows(["a", "b", "c", "d", "x", "y", "z"], edges, ["a"]);
    expect(rows.map((row) => [...row].sort())).toEqual([["a"], ["b", "c"], ["d"], ["z"], ["x"], ["y"]]);
  });

  it("put nodes near to those they are linked with", () => {
    const edges = [
      { from: "r", to: "a" },
      { from: "r", to: "b" },
      { from: "a", to: "x" },
      { from: "b", to: "y" },
    ];
    const [, upper = [], lower = []] = graphRows(["r", "b", "a", "x", "y"], edges, ["r"]);
    expect(upper.indexOf("a") < upper.indexOf("b")).toBe(lower.indexOf("x") < lower.indexOf("y"));
  });

  it("hold at most 8 nodes", () => {
    const keys = ["r", ...Array.from({ length: 20 }, (_, index) => `n${index}`)];
    const rows = graphRows(
      keys,
      keys.slice(1).map((to) => ({ from: "r", to })),
      ["r"],
    );
    expect(rows.map((row) => row.length)).toEqual([1, 7, 7, 6]);
  });
});
