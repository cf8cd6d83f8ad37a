import type { GraphNode, MachineGraph } from "./machine-graph.ts";
import { textLines } from "./text-lines.ts";

/** About 40 characters: a machine of 200 states and 500 actions stays below the 50,000 characters that Mermaid reads. */
const label = { size: 13, widthMax: 330 };

/** A graph as a state diagram of Mermaid (https://mermaid.js.org/syntax/stateDiagram.html). */
export function mermaidText({ nodes, moves }: MachineGraph): string {
  const steps = moves.flatMap(({ froms, to, actions }) =>
    froms.map((from) => ({ arrow: `${from} --> ${to}`, actions })),
  );
  const arrows = Map.groupBy(steps, ({ arrow }) => arrow); // as Mermaid draws the labels of two of the same upon each other
  const lines = [
    ...nodes.map(({ key, name, enabled }) => `state "${labelOf(name, enabled)}" as ${key}`),
    ...nodes.filter(({ isInitial }) => isInitial).map(({ key }) => `[*] --> ${key}`),
    ...[...arrows].map(([arrow, same]) => {
      const labels = same.flatMap(({ actions }) => actions.map(({ name, enabled }) => labelOf(name, enabled)));
      return `${arrow}: ${labels.join("<br/>")}`;
    }),
    ...nodes.filter(({ isFinal }) => isFinal).map(({ key }) => `${key} --> [*]`),
    "classDef disabled fill:#f3f4f6,color:#6b7280,stroke-dasharray:4",
    "classDef current fill:#fde68a,color:#111827,stroke:#b45309,stroke-width:3px",
    "classDef any fill:#ffffff,color:#111827,stroke-dasharray:2",
    ...nodes.flatMap((node) => classesOf(node).map((name) => `class ${node.key} ${name}`)),
  ];
  return `stateDiagram-v2\n${lines.map((line) => `  ${line}\n`).join("")}`;
}

/** The marks of a node, by the names of their styles. */
function classesOf({ isAny, isCurrent, enabled }: GraphNode): string[] {
  return [...(isAny ? ["any"] : []), ...(enabled ? [] : ["disabled"]), ...(isCurrent ? ["current"] : [])];
}

/**
 * A name as Mermaid shows it as it is. Letters, digits, commas and spaces mean nothing in a label, but for a space after the
 * word `direction`, as `direction LR` anywhere in a line turns the diagram. All else is written as entity codes, since some
 * versions take dots, dashes and underscores for Markdown. Mermaid's own marks of such codes, which begin with `ﬂ` and end
 * with `¶ß`, are broken by a word joiner.
 */
function labelOf(name: string, enabled: boolean): string {
  const [start = ""] = textLines(name, label.size, label.widthMax, 1);
  const escaped = start
    .replaceAll(/[ﬂ¶]/g, "$&\u2060")
    .replaceAll(/[^\p{L}\p{N}, ]|(?<=direction) /giu, (character) => `#${character.codePointAt(0)};`);
  return enabled ? escaped : `${escaped} (disabled)`;
}
