import { graphRows } from "./graph-rows.ts";
import type { GraphEdge, GraphNode, MachineGraph } from "./machine-graph.ts";

const box = { width: 176, height: 44 };
const gap = { x: 56, y: 72 };
const margin = 48;
/** How far to the side what leads up again goes, and how many lanes it has there. */
const lanes = { width: 14, count: 6 };

const style = `
.box{fill:#fff;stroke:#374151;stroke-width:1.5}.inner{fill:none;stroke:#374151}.start{fill:#374151}
.disabled .box{fill:#f3f4f6;stroke:#9ca3af;stroke-dasharray:5 3}.any .box{stroke-dasharray:2 3}
.current .box{fill:#fde68a;stroke:#b45309;stroke-width:3}
.edge path{fill:none;stroke:#6b7280;stroke-width:1.2}.edge.disabled path{stroke:#9ca3af;stroke-dasharray:5 3}
text{font:13px system-ui,sans-serif;fill:#111827;text-anchor:middle;dominant-baseline:middle}
.edge text{font-size:11px;fill:#374151;paint-order:stroke;stroke:#fff;stroke-width:4px}
.disabled text{fill:#6b7280}`.replaceAll("\n", "");

type Point = { x: number; y: number };
type Places = ReadonlyMap<string, Point>; // the middle of each node

/** An SVG document with the nodes of a graph in rows, and the edges between them. */
export function svgDrawing({ name, nodes, edges }: MachineGraph): string {
  const roots = nodes.filter(({ isInitial }) => isInitial).map(({ key }) => key);
  const keys = nodes.filter(({ isAny }) => !isAny).map(({ key }) => key);
  const any = nodes.filter(({ isAny }) => isAny).map(({ key }) => key);
  const inner = edges.filter(({ from }) => !any.includes(from));
  const rows = [...graphRows(keys, inner, roots), ...(any.length === 0 ? [] : [any])];
  const longest = Math.max(1, ...rows.map((row) => row.length));
  const lane = lanes.width * lanes.count + gap.x;
  const size = {
    width: 2 * margin + longest * (box.width + gap.x) + lane,
    height: 2 * margin + rows.length * (box.height + gap.y),
  };
  const places = placesOf(rows, (size.width - lane) / 2);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" viewBox="0 0 ${size.width} ${size.height}" role="img">`,
    `<title>${escaped(name)}</title><style>${style}</style>`,
    `<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="#6b7280"/></marker></defs>`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    ...edges.map((edge, index) => drawnEdge(edge, index, places)),
    ...nodes.map((node) => drawnNode(node, placeOf(places, node.key))),
    "</svg>\n",
  ].join("\n");
}

function placesOf(rows: readonly string[][], middle: number): Places {
  return new Map(
    rows.flatMap((row, index) =>
      row.map((key, column) => {
        const x = middle + (column - (row.length - 1) / 2) * (box.width + gap.x);
        return [key, { x, y: margin + box.height / 2 + index * (box.height + gap.y) }] as const;
      }),
    ),
  );
}

function drawnNode({ name, label, isInitial, isFinal, isAny, isCurrent, enabled }: GraphNode, { x, y }: Point): string {
  const marks = [isAny && "any", !enabled && "disabled", isCurrent && "current"].filter((mark) => mark !== false);
  const said = `${name}${enabled ? "" : " (disabled)"}${isCurrent ? " (current)" : ""}`;
  const [left, top] = [x - box.width / 2, y - box.height / 2];
  return [
    `<g class="${["state", ...marks].join(" ")}"><title>${escaped(said)}</title>`,
    isInitial ? `<circle class="start" cx="${x}" cy="${top - 26}" r="6"/>` : "",
    isInitial
      ? `<path d="M${x} ${top - 20}V${top - 2}" stroke="#6b7280" stroke-width="1.2" marker-end="url(#tip)"/>`
      : "",
    `<rect class="box" x="${left}" y="${top}" width="${box.width}" height="${box.height}" rx="12"/>`,
    isFinal
      ? `<rect class="inner" x="${left + 4}" y="${top + 4}" width="${box.width - 8}" height="${box.height - 8}" rx="9"/>`
      : "",
    `<text x="${x}" y="${y}">${escaped(label)}</text></g>`,
  ].join("");
}

function drawnEdge({ from, to, actions }: GraphEdge, index: number, places: Places): string {
  const { path, label } = wayOf(placeOf(places, from), placeOf(places, to), index);
  const [first, ...others] = actions;
  const more = others.length === 0 ? "" : ` +${others.length}`;
  const said = actions.map(({ name, enabled }) => (enabled ? name : `${name} (disabled)`)).join(", ");
  const mark = actions.every(({ enabled }) => !enabled) ? " disabled" : "";
  return [
    `<g class="edge${mark}"><title>${escaped(said)}</title><path d="${path}" marker-end="url(#tip)"/>`,
    `<text x="${round(label.x)}" y="${round(label.y)}">${escaped(`${first?.label ?? ""}${more}`)}</text></g>`,
  ].join("");
}

/** How an edge goes: down from the lower side to the upper one, and otherwise round the right side. `index` keeps edges apart. */
function wayOf(from: Point, to: Point, index: number): { path: string; label: Point } {
  const shift = ((index % 5) - 2) * 12;
  if (to.y > from.y) {
    const [start, end] = [
      { x: from.x + shift, y: from.y + box.height / 2 },
      { x: to.x + shift, y: to.y - box.height / 2 - 1 },
    ];
    const bend = (end.y - start.y) / 2;
    const path = `M${start.x} ${start.y}C${start.x} ${start.y + bend} ${end.x} ${end.y - bend} ${end.x} ${end.y}`;
    const part = 0.35 + (index % 4) * 0.1; // labels of neighbouring edges stand at different heights
    return { path, label: onCurve(start, { x: start.x, y: start.y + bend }, { x: end.x, y: end.y - bend }, end, part) };
  }
  const side = box.width / 2;
  const [startY, endY] = from === to ? [from.y - 8, from.y + 8] : [from.y - 6, to.y + 6];
  const out = Math.max(from.x, to.x) + side + gap.x / 2 + (index % lanes.count) * lanes.width;
  const [start, end] = [
    { x: from.x + side, y: startY },
    { x: to.x + side + 1, y: endY },
  ];
  const path = `M${start.x} ${start.y}C${out} ${start.y} ${out} ${end.y} ${end.x} ${end.y}`;
  return { path, label: onCurve(start, { x: out, y: start.y }, { x: out, y: end.y }, end, 0.5) };
}

/** A point of a cubic Bézier curve. */
function onCurve(a: Point, b: Point, c: Point, d: Point, t: number): Point {
  const u = 1 - t;
  const at = (of: (point: Point) => number) =>
    u ** 3 * of(a) + 3 * u * u * t * of(b) + 3 * u * t * t * of(c) + t ** 3 * of(d);
  return { x: at(({ x }) => x), y: at(({ y }) => y) };
}

function placeOf(places: Places, key: string): Point {
  return places.get(key) ?? { x: 0, y: 0 };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text as XML 1.0 may hold it. */
function escaped(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd")
    .replaceAll(/[&<>"']/g, (character) => entities[character] ?? "");
}
