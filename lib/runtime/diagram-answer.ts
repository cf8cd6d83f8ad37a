import { etagOf } from "#domain/etag.ts";
import type { MachineDefinition } from "#domain/machine-definition.ts";
import { mermaidOf, svgOf } from "#domain/machine-diagram.ts";
import type { HttpAnswer } from "./http-answer.ts";

/** What an image may do in a browser that opens it by itself: show its own styles, and nothing else. */
const imageHeaders = {
  "content-type": "image/svg+xml",
  "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
  "x-content-type-options": "nosniff",
};

/**
 * The diagram of a machine.
 *
 * @param definition with what is enabled now
 * @param shown the version of what is drawn, and the state that a thing is in; null: it is the diagram of no thing
 */
export function diagramAnswer(
  format: "mermaid" | "svg",
  definition: MachineDefinition,
  { version, currentStateId }: { version: number; currentStateId: string | null },
): HttpAnswer {
  const etag = etagOf(version);
  if (format === "svg")
    return { status: 200, headers: { ...imageHeaders, etag }, body: svgOf(definition, currentStateId) };
  const headers = { "content-type": "text/vnd.mermaid; charset=utf-8", etag };
  return { status: 200, headers, body: mermaidOf(definition, currentStateId) };
}
