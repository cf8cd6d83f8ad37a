import type { Reach } from "./diagram-grid.ts";
import type { Place } from "./graph-layout.ts";
import type { GraphMove, GraphNode } from "./machine-graph.ts";
import { drawnText, escaped, type SvgText } from "./svg-text.ts";

/** How high what leads into the initial state reaches above its box, in pixels. */
export const startHeight = 41;
const startDot = 7;
/** How far the line of a move from a state to itself leads out of its box, and half of how far its ends are apart. */
const loop = { out: 22, half: 9 };
const box = { halfMin: 56, padX: 14, padY: 11 };
const label = { padX: 5, padY: 2 };

/** The tip of lines, for them to refer to. */
export const tipMarker = `<defs><marker id="tip" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path class="tip" d="M0 .5L8 4L0 7.5z"/></marker></defs>`;

/** What the box of a state needs, with the move from the state to itself at its right, if there is one. */
export function boxReach(text: SvgText, loopText: SvgText | null): Reach {
  const half = Math.max(box.halfMin, Math.ceil(text.width / 2) + box.padX);
  const ring = loopText === null ? null : labelReach(loopText);
  const aside = ring === null ? { width: 0, height: 0 } : { width: loop.out + 2 * ring.half, height: ring.height };
  return { half, height: text.height + 2 * box.padY, aside };
}

/** What the label of a move needs. */
export function labelReach({ width, height }: SvgText): Reach {
  return { half: Math.ceil(width / 2) + label.padX, height: height + 2 * label.padY, aside: { width: 0, height: 0 } };
}

/** The box of a state, with the marks of what it is. */
export function nodeShape(node: GraphNode, text: SvgText, { x, y, half, height }: Place): string {
  const [left, top] = [x - half, y - height / 2];
  const marks = [node.isAny && "any", !node.enabled && "disabled", node.isCurrent && "current"].filter(Boolean);
  return [
    `<g class="${["state", ...marks].join(" ")}"><title>${escaped(node.name)}</title>`,
    node.isInitial ? `<circle class="start" cx="${x}" cy="${top - startHeight + startDot}" r="${startDot}"/>` : "",
    node.isInitial ? drawnLine(`M${x} ${top - startHeight + 2 * startDot}V${top}`, true) : "",
    `<rect class="box" x="${left}" y="${top}" width="${half * 2}" height="${height}" rx="10"/>`,
    node.isFinal
      ? `<rect class="inner" x="${left + 4}" y="${top + 4}" width="${half * 2 - 8}" height="${height - 8}" rx="7"/>`
      : "",
    `${drawnText(text, x, y - text.height / 2)}</g>`,
  ].join("");
}

/** The lines of a move, behind all else. `said` is shown to who points at them. */
export function moveShape(move: GraphMove, said: string, lines: readonly { path: string; hasTip: boolean }[]): string {
  const mark = move.actions.every(({ enabled }) => !enabled) ? " disabled" : "";
  const paths = lines.map(({ path, hasTip }) => drawnLine(path, hasTip)).join("");
  return `<g class="move${mark}"><title>${escaped(said)}</title>${paths}</g>`;
}

/** The line of a move from a state to itself, at the right of its box. */
export function loopPath({ x, y, half }: Place): string {
  const [right, straight] = [x + half, loop.out - loop.half - 4];
  return `M${right} ${y - loop.half}h${straight}a${loop.half} ${loop.half} 0 0 1 0 ${2 * loop.half}H${right}`;
}

/** Where the label of a move from a state to itself is: beside the line. */
export function loopLabelPlace({ x, y, half }: Place, text: SvgText): Place {
  const reach = labelReach(text);
  return { x: x + half + loop.out + reach.half, y, half: reach.half, height: reach.height };
}

/** The label of a move, on a ground that hides the lines behind it. */
export function labelShape(said: string, text: SvgText, { x, y, half, height }: Place): string {
  const ground = `<rect class="page" x="${x - half}" y="${y - height / 2}" width="${half * 2}" height="${height}"/>`;
  return `<g class="label"><title>${escaped(said)}</title>${ground}${drawnText(text, x, y - text.height / 2)}</g>`;
}

function drawnLine(path: string, hasTip: boolean): string {
  return `<path class="line" d="${path}"${hasTip ? ` marker-end="url(#tip)"` : ""}/>`;
}
