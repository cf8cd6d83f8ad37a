import { expect, it } from "vitest";
import { mermaidOf, svgOf } from "#domain/machine-diagram.ts";
import { madeAction, madeDefinition, madeState } from "#test/made-definition.ts";
import { readDrawing } from "#test/read-drawing.ts";

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

it("Mermaid marks initial, final, disabled and current states, and what leads from every state", () => {
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

it("SVG marks initial, final, disabled and current states, and what leads from every state", () => {
  const svg = svgOf(definition, "draft");
  expect(svg).toContain('<g class="state current"><title>Draft</title><circle class="start"');
  expect(svg).toContain('<g class="state disabled"><title>Under review</title>');
  expect(svg.match(/class="inner"/g)).toHaveLength(1);
  expect(svg.match(/class="start"/g)).toHaveLength(1);
  expect(svg).toContain('<g class="state any"><title>any open state</title>');
  expect(svg).toContain('<g class="move disabled"><title>Approve (disabled): Under review → Done</title>');
  expect(readDrawing(svg).states.map(({ texts }) => texts)).toEqual([
    ["Draft", "current"],
    ["Under review", "disabled"],
    ["Done"],
    ["any open state"],
  ]);
  expect(svgOf(definition, null)).not.toContain(">current<");
});
