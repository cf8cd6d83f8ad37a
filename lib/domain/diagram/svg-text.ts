import type { GraphMove, GraphNode } from "./machine-graph.ts";
import { textLines, textWidth } from "./text-lines.ts";

/** Lines of text, each with the class of its style, and what they take in pixels. */
export type SvgText = { lines: { text: string; style: string }[]; lineHeight: number; width: number; height: number };

const box = { size: 13, lineHeight: 18, widthMax: 170, linesMax: 4 };
const label = { size: 11.5, lineHeight: 15, widthMax: 150, linesMax: 3 };
const list = { size: 12, lineHeight: 20, widthMax: 900, linesMax: 99 };

/** The name of a state, and below it what holds for it now. */
export function nodeText({ name, enabled, isCurrent }: GraphNode): SvgText {
  const notes = [...(isCurrent ? ["current"] : []), ...(enabled ? [] : ["disabled"])];
  const lines = textLines(name, box.size, box.widthMax, box.linesMax).map((text) => ({ text, style: "name" }));
  return sized(notes.length === 0 ? lines : [...lines, { text: notes.join(", "), style: "note" }], box);
}

/** The names of a move's actions, one below the other. */
export function moveText({ actions }: GraphMove): SvgText {
  const lines = actions.flatMap(({ name, enabled }) => {
    const texts = textLines(name, label.size, label.widthMax, label.linesMax);
    if (enabled) return texts.map((text) => ({ text, style: "name" }));
    const last = textLines(`${texts.at(-1)} (disabled)`, label.size, label.widthMax, 2);
    return [...texts.slice(0, -1), ...last].map((text) => ({ text, style: "off" }));
  });
  return sized(lines, label);
}

/** What is not drawn, in words; nothing if there is nothing of it. */
export function listText(said: readonly string[]): SvgText {
  if (said.length === 0) return sized([], list);
  const texts = said.flatMap((text) => textLines(text, list.size, list.widthMax, list.linesMax));
  const lines = ["", "Too much to be drawn as lines:", ...texts].map((text) => ({ text, style: "listed" }));
  return sized(lines, list);
}

function sized(lines: SvgText["lines"], { size, lineHeight }: { size: number; lineHeight: number }): SvgText {
  const width = Math.ceil(lines.reduce((most, { text }) => Math.max(most, textWidth(text, size)), 0));
  return { lines, lineHeight, width, height: lines.length * lineHeight };
}

/** Text from a height on; where it is from the left depends on its style. */
export function drawnText({ lines, lineHeight }: SvgText, x: number, top: number): string {
  return lines
    .map(({ text, style }, at) => {
      const baseline = Math.round(top + (at + 0.75) * lineHeight);
      return `<text class="${style}" x="${x}" y="${baseline}">${escaped(text)}</text>`;
    })
    .join("");
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text as XML 1.0 may hold it. */
export function escaped(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd")
    .replaceAll(/[&<>"']/g, (character) => entities[character] ?? "");
}
