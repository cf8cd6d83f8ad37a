import type { MachineDefinition } from "./machine-definition.ts";
import { type GraphEdge, type GraphNode, machineGraphOf } from "./machine-graph.ts";
import { svgDrawing } from "./svg-drawing.ts";

/**
 * A machine as text that Mermaid draws (https://mermaid.js.org/syntax/stateDiagram.html): initial, final, disabled and
 * current states are marked, long names are cut, and no name is taken for syntax.
 *
 * @param currentStateId where a thing is; null: it is the diagram of no thing
 */
export function mermaidOf(definition: MachineDefinition, currentStateId: string | null): string {
  const { nodes, edges } = machineGraphOf(definition, currentStateId);
  const labelsOf = (edge: GraphEdge) => edge.actions.map(({ label, enabled }) => plain(label, enabled));
  const lines = [
    ...nodes.map(({ key, label, enabled }) => `state "${plain(label, enabled)}" as ${key}`),
    ...nodes.filter(({ isInitial }) => isInitial).map(({ key }) => `[*] --> ${key}`),
    // one arrow, as Mermaid draws the labels of two between the same states upon each other
    ...edges.map((edge) => `${edge.from} --> ${edge.to}: ${labelsOf(edge).join("<br/>")}`),
    ...nodes.filter(({ isFinal }) => isFinal).map(({ key }) => `${key} --> [*]`),
    "classDef disabled fill:#f3f4f6,color:#6b7280,stroke-dasharray:4",
    "classDef current fill:#fde68a,color:#111827,stroke:#b45309,stroke-width:3px",
    "classDef any fill:#ffffff,color:#111827,stroke-dasharray:2",
    ...nodes.flatMap((node) => classesOf(node).map((name) => `class ${node.key} ${name}`)),
  ];
  return `stateDiagram-v2\n${lines.map((line) => `  ${line}\n`).join("")}`;
}

/**
 * A machine as an SVG document, drawn in rows from the initial state down, with the same marks as `mermaidOf`. It loads
 * nothing and runs nothing; the whole of a name that is cut is its title.
 *
 * @param currentStateId where a thing is; null: it is the diagram of no thing
 */
export function svgOf(definition: MachineDefinition, currentStateId: string | null): string {
  return svgDrawing(machineGraphOf(definition, currentStateId));
}

/** The marks of a node, by the names of their styles. */
function classesOf({ isAny, isCurrent, enabled }: GraphNode): string[] {
  return [...(isAny ? ["any"] : []), ...(enabled ? [] : ["disabled"]), ...(isCurrent ? ["current"] : [])];
}

/**
 * A label as Mermaid shows it as it is. Letters, digits, commas and spaces mean nothing in it, but for a space after the word
 * `direction`, as `direction LR` anywhere in a line turns the diagram. All else is written as entity codes, since some
 * versions take dots, dashes and underscores for Markdown. Mermaid's own marks of such codes, which begin with `ﬂ` and end
 * with `¶ß`, are broken by a word joiner.
 */
function plain(label: string, enabled: boolean): string {
  const escaped = label
    .replaceAll(/[ﬂ¶]/g, "$&\u2060")
    .replaceAll(/[^\p{L}\p{N}, ]|(?<=direction) /giu, (character) => `#${character.codePointAt(0)};`);
  return enabled ? escaped : `${escaped} (disabled)`;
}
