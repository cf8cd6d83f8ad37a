import { DomainError } from "./domain-error.ts";
import { sameJson } from "./same-json.ts";
import { uuid7TimeMs } from "./uuid7.ts";
import type { Definition, Workflow } from "./workflow.ts";

/** What a client says of a workflow. */
export type WorkflowInput = { definition: Definition; enabled: boolean };

/** A workflow as a command leaves it; `definition` is what it says from now on, null: what it said. */
export type ChangedWorkflow = { workflow: Workflow; definition: Definition | null };

/** The workflow as it is when created: version 1, with its first definition. Its creation time is in its id. */
export function newWorkflow({ definition, enabled }: WorkflowInput, id: string, ownId: string | null): Workflow {
  return {
    id,
    ownId,
    name: definition.name,
    definitionVersion: 1,
    enabled,
    archivedAtMs: null,
    updatedAtMs: uuid7TimeMs(id),
    version: 1,
  };
}

/** Milliseconds since the epoch at which the workflow was created. */
export function workflowCreatedAtMs(workflow: { id: string }): number {
  return uuid7TimeMs(workflow.id);
}

/**
 * Checks that runs of a workflow may begin, for the first time or again.
 *
 * @throws DomainError `state_conflict` for one that is disabled or archived.
 */
export function assertRuns({ enabled, archivedAtMs }: Workflow): void {
  if (archivedAtMs !== null) {
    throw new DomainError("state_conflict", "The workflow is archived: no run of it begins, or begins again.");
  }
  if (!enabled) throw new DomainError("state_conflict", "The workflow is disabled: enable it first.");
}

/**
 * The workflow with another definition, the next version of it. Null when nothing would change.
 *
 * @param current what it says so far
 * @param input what it is to say; `enabled` null: as it is
 * @throws DomainError `state_conflict` when it is archived.
 */
export function edited(
  workflow: Workflow,
  current: Definition,
  input: { definition: Definition; enabled: boolean | null },
  nowMs: number,
): ChangedWorkflow | null {
  assertLive(workflow, "changed");
  const { definition, enabled } = input;
  const says = sameJson(definition, current) ? null : definition;
  if (says === null) {
    const next = enabled === null ? null : switched(workflow, enabled, nowMs);
    return next === null ? null : { workflow: next, definition: null };
  }
  const next = {
    ...changed(workflow, nowMs),
    name: definition.name,
    definitionVersion: workflow.definitionVersion + 1,
    enabled: enabled ?? workflow.enabled,
  };
  return { workflow: next, definition: says };
}

/**
 * The workflow as it may be triggered, or may not. Runs that are under way go on. Null when nothing would change.
 *
 * @throws DomainError `state_conflict` when it is archived.
 */
export function switched(workflow: Workflow, enabled: boolean, nowMs: number): Workflow | null {
  assertLive(workflow, enabled ? "enabled" : "disabled");
  return workflow.enabled === enabled ? null : { ...changed(workflow, nowMs), enabled };
}

/** The workflow as it is never triggered again, and its own id may be another's. Null when it is archived already. */
export function archived(workflow: Workflow, nowMs: number): Workflow | null {
  return workflow.archivedAtMs === null ? { ...changed(workflow, nowMs), archivedAtMs: nowMs } : null;
}

function changed(workflow: Workflow, nowMs: number): Workflow {
  return { ...workflow, updatedAtMs: nowMs, version: workflow.version + 1 };
}

function assertLive({ archivedAtMs }: Workflow, done: string): void {
  if (archivedAtMs === null) return;
  throw new DomainError("state_conflict", `The workflow is archived and cannot be ${done}. Create a new one.`);
}
