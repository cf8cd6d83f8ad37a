import { parseUuid } from "#domain/uuid7.ts";
import { workflowIdOf } from "./workflows.ts";

/** The id of the workflow that a caller means by an id or by its own id: the text itself when there is none. */
export async function workflowIdFor(ref: string): Promise<string> {
  return parseUuid(ref) ?? (await workflowIdOf(ref)) ?? ref;
}
