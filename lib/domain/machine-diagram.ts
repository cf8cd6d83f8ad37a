import type { MachineDefinition } from "./machine-definition.ts";
import { type GraphNode, machineGraphOf } from "./machine-graph.ts";
import { svgDrawing } from "./svg-drawing.ts";

/**
 * A machine as text that Mermaid draws (https://mermaid.js.org/syntax/stateDiagram.html): initial, final, disabled and
 * current states are marked, long names are cut, and no name is taken for syntax.
 *
 * @param currentStateId where a thing is; null: it is the diagram of no thing
 */
export function mermaidOf(definition: MachineDefinition, currentStateId: string | null): string {
  const { nodes, edges } = machineGraphOf(definition, currentStateId);
  const lines = [
    ...nodes.map(({ key, label, enabled }) => `state "${plain(label, enabled)}" as ${key}`),
    ...nodes.filter(({ isInitial }) => isInitial).map(({ key }) => `[*] --> ${key}`),
    ...edges.flatMap(({ from, to, actions }) =>
      actions.map(({ label, enabled }) => `${from} --> ${to}: ${plain(label, enabled)}`),
    ),
    ...nodes.filter(({ isFinal }) => isFinal).map(({ key }) => `${key} --> [*]`),
    "classDef disabled fill:#f3f4f6,color:#6b7280,stroke-dasharray:4",
    "classDef current fill:#fde68a,stroke:#b45309,stroke-width:3px",
    "classDef any fill:#ffffff,stroke-dasharray:2",
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

/** A label with everything but letters, digits, spaces and the plainest marks as entity codes, which Mermaid shows as text. */
function plain(label: string, enabled: boolean): string {
  const escaped = label.replaceAll(/[^\p{L}\p{N} .,_-]/gu, (character) => `#${character.codePointAt(0)};`);
  return enabled ? escaped : `${escaped} (disabled)`;
}
