import { machineGraphOf } from "./diagram/machine-graph.ts";
import { mermaidText } from "./diagram/mermaid-text.ts";
import { svgDrawing } from "./diagram/svg-drawing.ts";
import type { MachineDefinition } from "./machine-definition.ts";

/**
 * A machine as text that Mermaid draws: initial, final, disabled and current states are marked, long names are cut, and no
 * name is taken for syntax.
 *
 * @param currentStateId where a thing is; null: it is the diagram of no thing
 */
export function mermaidOf(definition: MachineDefinition, currentStateId: string | null): string {
  return mermaidText(machineGraphOf(definition, currentStateId));
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
