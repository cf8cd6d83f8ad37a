import { DomainError } from "#domain/domain-error.ts";
import { newRun, type Run } from "#domain/run.ts";
import { begun, type ReadyConfig } from "#domain/run-engine.ts";
import { render, TemplateError } from "#domain/template.ts";
import type { Definition, Workflow } from "#domain/workflow.ts";
import { assertRuns } from "#domain/workflow-commands.ts";
import { payloadViolations } from "#runtime/json-schema.ts";
import { loadDefinition } from "#store/definitions.ts";
import { checked } from "./checked-config.ts";
import { runFacts } from "./run-facts.ts";

/** What a run is triggered with, and by whom. */
export type RunInput = { payload: Record<string, unknown>; tag: string | null; by: string };

/**
 * The run that a trigger saves.
 *
 * @throws DomainError `state_conflict` for a workflow that is disabled or archived, `validation_failed` for a payload that
 * its schema refuses.
 */
export async function prepareRun(workflow: Workflow, input: RunInput, id: string, nowMs: number): Promise<Run> {
  assertRuns(workflow);
  const { definitionVersion } = workflow;
  const definition = await loadDefinition(workflow.id, definitionVersion);
  assertPayload(definition, input.payload);
  const keptDays = definition.runsKeptDays;
  const run = newRun({
    id,
    workflowId: workflow.id,
    definitionVersion,
    tag: input.tag,
    triggeredBy: input.by,
    keptDays,
  });
  return begun(run, definition, firstConfig(definition, run, input.payload), nowMs);
}

/** Checks a payload by the workflow's schema. @throws DomainError `validation_failed` naming every violation. */
export function assertPayload(definition: Definition, payload: unknown): void {
  if (definition.inputSchema === null) return;
  const errors = payloadViolations(definition.inputSchema, payload);
  const [first] = errors;
  if (first !== undefined) throw new DomainError("validation_failed", `${first.path} ${first.message}`, { errors });
}

/** The first step's configuration, as far as the payload fills it in. What cannot be used is left to the worker to tell. */
function firstConfig(definition: Definition, run: Run, payload: Record<string, unknown>): ReadyConfig {
  const [step] = definition.steps;
  if (step === undefined) return { ok: false, error: "no step" };
  try {
    return checked(step, render(step.config, { payload, steps: {}, run: runFacts(run), secrets: {} }));
  } catch (error) {
    if (error instanceof TemplateError) return { ok: false, error: error.message };
    throw error;
  }
}
