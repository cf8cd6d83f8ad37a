import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { MachineDefinition } from "#domain/machine-definition.ts";
import { svgOf } from "#domain/machine-diagram.ts";
import { madeAction, madeDefinition, madeState } from "#test/made-definition.ts";
import { type Drawing, readDrawing } from "#test/read-drawing.ts";

/** What a label may try: to end the text it stands in, to be markup, to break lines, to turn text round. */
const hostile = [
  "</text><script>alert(1)</script>",
  `" onload="alert(1)`,
  "<![CDATA[ ]]> &amp; &#60;",
  "line\u2028break\u0085and\u202eback",
  "\ufffe\ud800\u{1f600}",
];

const names = (count: number) => Array.from({ length: count }, (_, index) => `s${index}`);

function machine(count: number, actions: readonly [froms: readonly number[] | "*", to: number][]): MachineDefinition {
  return madeDefinition({
    states: names(count).map((id, index) =>
      madeState(id, { name: `State ${index}`, isInitial: index === 0, enabled: index % 5 !== 4 }),
    ),
    actions: actions.map(([froms, to], index) =>
      madeAction(`a${index}`, froms === "*" ? "*" : froms.map((from) => `s${from}`), `s${to}`, {
        name: `Act ${index}`,
        enabled: index % 7 !== 6,
      }),
    ),
  });
}

const machines = fc.integer({ min: 1, max: 14 }).chain((count) => {
  const state = fc.integer({ min: 0, max: count - 1 });
  const froms = fc.oneof(
    { weight: 8, arbitrary: fc.uniqueArray(state, { minLength: 1, maxLength: 5 }) },
    { weight: 1, arbitrary: fc.constant("*" as const) },
  );
  return fc.array(fc.tuple(froms, state), { maxLength: 30 }).map((actions) => machine(count, actions));
});

type Box = Drawing["picture"];
const overlap = (one: Box, other: Box) =>
  one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
const isInside = ({ x, y }: { x: number; y: number }, box: Box) =>
  x > box.left && x < box.right && y > box.top && y < box.bottom;
const isOnBorder = ({ x, y }: { x: number; y: number }, box: Box) =>
  x >= box.left && x <= box.right && y >= box.top && y <= box.bottom && !isInside({ x, y }, box);

/** Everything that a drawing may not do. */
function faultsOf(definition: MachineDefinition): string[] {
  const { picture, states, labels, lines, listed } = readDrawing(svgOf(definition, "s0"));
  const boxes = [...states, ...labels];
  const faults: string[] = [];
  const says = (texts: string[]) => boxes.flatMap((box) => box.texts).filter((text) => texts.includes(text)).length;
  for (const { name } of definition.states) if (says([name]) !== 1) faults.push(`${name} is not once`);
  for (const { name } of definition.actions) {
    const either = [name, `${name} (disabled)`];
    const inList = listed
      .flatMap((text) => text.split(":")[0]?.split(", ") ?? [])
      .filter((text) => either.includes(text));
    if (says(either) + inList.length !== 1) faults.push(`${name} is not once`);
  }
  for (const [at, box] of boxes.entries()) {
    if (box.left < picture.left || box.right > picture.right) faults.push(`${box.texts} is not in the picture`);
    if (box.top < picture.top || box.bottom > picture.bottom) faults.push(`${box.texts} is not in the picture`);
    for (const other of boxes.slice(at + 1))
      if (overlap(box, other)) faults.push(`${box.texts} is upon ${other.texts}`);
  }
  for (const { title, hasTip, points } of lines) {
    const own = labels.filter((label) => label.title === title);
    const [start, end] = [points[0]!, points.at(-1)!];
    const meets = lines.some(
      (other) => other.title === title && other.points.some(({ x, y }) => x === end.x && Math.abs(y - end.y) < 60),
    );
    if (![...states, ...own].some((box) => isOnBorder(start, box))) faults.push(`${title} starts nowhere`);
    if (![...states, ...own].some((box) => isOnBorder(end, box)) && (hasTip || !meets))
      faults.push(`${title} ends nowhere`);
    for (const box of boxes)
      if (points.some((point) => isInside(point, box))) faults.push(`${title} is behind ${box.texts}`);
  }
  return faults;
}

describe("the SVG of a machine", () => {
  it("shows every state and action once, nothing upon another thing, and lines from border to border", () => {
    for (const definition of fc.sample(machines, { numRuns: 150, seed: 1 })) expect(faultsOf(definition)).toEqual([]);
  });

  it.each([
    [
      "8 states, each linked with each",
      machine(
        8,
        names(64).map((_, at) => [[at >> 3], at & 7] as [number[], number]),
      ),
    ],
    [
      "a move from all of 20 states",
      machine(20, [
        [names(20).map((_, at) => at), 10],
        ["*", 0],
      ]),
    ],
    [
      "a chain with a way back",
      machine(24, [...names(23).map((_, at) => [[at], at + 1] as [number[], number]), [[23], 0]]),
    ],
    [
      "40 states that one leads to",
      machine(
        41,
        names(40).map((_, at) => [[0], at + 1] as [number[], number]),
      ),
    ],
    [
      "20 actions of one state",
      machine(
        1,
        names(20).map(() => [[0], 0] as [number[], number]),
      ),
    ],
    ["no action", machine(20, [])],
  ])("does so for %s", (_, definition) => {
    expect(faultsOf(definition)).toEqual([]);
  });

  it("does so for 200 states and 500 actions that lead anywhere", () => {
    const definition = machine(
      200,
      names(500).map((_, at) => [[(at * 7919) % 200], (at * at * 31 + at) % 200] as [number[], number]),
    );
    expect(faultsOf(definition)).toEqual([]);
  });

  it("tells in a list what would be too much to draw, so that its size is bounded", () => {
    const all = names(200).map((_, at) => at);
    const definition = machine(
      200,
      names(500).map((_, at) => [all, (at * 13) % 200] as [number[], number]),
    );
    const svg = svgOf(definition, null);
    expect(svg.length).toBeLessThan(1_500_000);
    const { listed } = readDrawing(svg);
    expect(listed[0]).toMatch(/^Act \d+, .*: State 0, State 1, State 2, State 3, State 4 and 195 more → State \d+$/);
    expect(faultsOf(definition)).toEqual([]);
  });

  it("is the same for the same machine", () => {
    const definition = machine(
      9,
      names(30).map((_, at) => [[(at * 5) % 9], (at * 4) % 9] as [number[], number]),
    );
    expect(svgOf(definition, "s3")).toBe(svgOf(structuredClone(definition), "s3"));
  });

  it("says what it shows to who does not see it", () => {
    const svg = svgOf(
      madeDefinition({
        states: [madeState("a", { name: "Draft", isInitial: true }), madeState("b", { name: "Done", isFinal: true })],
        actions: [madeAction("x", ["a"], "b")],
      }),
      "a",
    );
    expect(svg).toMatch(/^<svg [^>]* role="img">\n<title>Approval<\/title>/);
    expect(svg).toContain(
      "<desc>State machine with 2 states and 1 action. It starts in Draft. It ends in Done. It is now in Draft.</desc>",
    );
  });

  it.each(hostile)("takes no name for markup: %j", (name) => {
    const svg = svgOf(
      madeDefinition({
        name,
        states: [madeState("a", { name, isInitial: true }), madeState("b", { name, isFinal: true })],
        actions: [madeAction("x", ["a"], "b", { name }), madeAction("y", ["b"], "b", { name })],
      }),
      "a",
    );
    const tags = [...svg.matchAll(/<\/?([^\s/>]+)[^<>]*>/g)].map(([, tag]) => tag ?? "");
    const known = ["svg", "title", "desc", "style", "defs", "marker", "path", "rect", "g", "circle", "text"];
    expect(new Set(tags)).toEqual(new Set(known));
    const between = svg.replaceAll(/<\/?[a-z]+(?: [a-zA-Z:-]+="[^"<]*")*\/?>/g, "");
    expect(between).not.toMatch(/[<>]|&(?!amp;|lt;|gt;|quot;|#39;)/);
    expect(svg).not.toMatch(/[\u2028\u0085\u202e]/);
    expect(svg).not.toMatch(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u);
  });

  it("breaks a long name into lines, cuts what is longer still, and keeps the whole of it as a title", () => {
    const name = `Waiting for ${"a signature ".repeat(9)}`.trim();
    const svg = svgOf(madeDefinition({ states: [madeState("a", { name, isInitial: true })], actions: [] }), null);
    expect(svg).toContain(`<title>${name}</title>`);
    expect(readDrawing(svg).states[0]?.texts).toEqual([
      "Waiting for a signature",
      "a signature a signature",
      "a signature a signature",
      "a signature a signatu…",
    ]);
  });
});
