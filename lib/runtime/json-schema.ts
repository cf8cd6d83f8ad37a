import { type Schema, validate } from "@cfworker/json-schema";
import type { Violation } from "#domain/domain-error.ts";
import { type JsonSchema, readJsonSchema } from "#domain/json-schema.ts";
import { schemaMessage } from "./json-schema-message.ts";
import { withinTime } from "./within-time.ts";

/** How long a payload may keep the process busy: patterns and references of a schema can be made endless. */
const checkMsMax = 200;
const violationsMax = 100;

/** Schemas that were read, as long as the definitions that hold them are in memory. */
const known = new WeakMap<object, JsonSchema>();

/**
 * What is wrong with a payload by an input schema: at most 100 violations, named below `payload`. A payload that takes too
 * long to check is one too.
 *
 * @param schema the schema of a definition, which was checked when it was saved
 */
export function payloadViolations(schema: Readonly<Record<string, unknown>>, payload: unknown): Violation[] {
  const { draft, root, byReference } = schemaOf(schema);
  const checked = withinTime(checkMsMax, () => validate(payload, root as Schema, draft, byReference, false).errors);
  if (checked === null) {
    return [{ path: "payload", message: "takes too long to check against the workflow's input_schema" }];
  }
  const violations = new Map<string, Violation>();
  for (const unit of checked.result) {
    const violation = schemaMessage(unit);
    if (violation !== null) violations.set(JSON.stringify(violation), violation);
    if (violations.size === violationsMax) break;
  }
  return [...violations.values()];
}

function schemaOf(sent: Readonly<Record<string, unknown>>): JsonSchema {
  const before = known.get(sent);
  if (before !== undefined) return before;
  const read = readJsonSchema(sent, "input_schema");
  if (!read.ok) throw new Error(`The input schema cannot be used: ${JSON.stringify(read.violations[0])}`);
  known.set(sent, read.schema);
  return read.schema;
}
