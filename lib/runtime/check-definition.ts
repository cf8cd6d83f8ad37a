import { headerRefusal, urlRefusal } from "#contract/egress.ts";
import type { Violation } from "#domain/domain-error.ts";
import { readJsonSchema } from "#domain/json-schema.ts";
import { stepViolations } from "#domain/step-violations.ts";
import { egressAllow } from "./egress/egress-allow.ts";
import { violationsOfExpressions } from "./expressions/violations.ts";

/**
 * What is wrong with the body of a workflow besides the shape of its members: its steps, as `stepViolations` finds it,
 * destinations by the rules of egress, expressions by theirs, and an input schema that nothing can be checked by.
 *
 * @param sent the body as it was sent, of any shape
 */
export function definitionViolations(sent: unknown): Violation[] {
  const { steps, input_schema: schema } = (sent ?? {}) as Record<string, unknown>;
  const allow = egressAllow();
  const found = stepViolations(steps, {
    urlRefusal: (url) => urlRefusal(url, allow),
    headerRefusal,
    expressionViolations: violationsOfExpressions,
  });
  return [...found, ...schemaViolations(schema)];
}

function schemaViolations(schema: unknown): Violation[] {
  if (typeof schema !== "object" || schema === null || Array.isArray(schema)) return []; // its shape is told elsewhere
  const read = readJsonSchema(schema as Record<string, unknown>, "input_schema");
  return read.ok ? [] : read.violations;
}
