import { DomainError } from "#domain/domain-error.ts";
import type { ExecutionDetails } from "#domain/history.ts";
import type { DefinedAction } from "#domain/machine-definition.ts";
import { payloadViolations } from "#runtime/json-schema.ts";

/**
 * Checks an execution's input by the action's schema. No input is an empty one.
 *
 * @throws DomainError `validation_failed` naming every violation.
 */
export function assertInput({ inputSchema }: DefinedAction, input: unknown): void {
  if (inputSchema === null) return;
  const errors = payloadViolations(inputSchema, input ?? {}).map(({ path, message }) => ({
    path: path.replace(/^payload/, "input"),
    message,
  }));
  const [first] = errors;
  if (first !== undefined) throw new DomainError("validation_failed", `${first.path} ${first.message}`, { errors });
}

/** What the history keeps of an execution; null when nothing came with it. */
export function detailsOf(input: unknown, data: Record<string, unknown> | null): ExecutionDetails | null {
  return input == null && data === null ? null : { input: input ?? undefined, data };
}
