import { DomainError } from "#domain/domain-error.ts";
import type { DefinedAction } from "#domain/machine-definition.ts";
import type { Run } from "#domain/run.ts";
import { TemplateError } from "#domain/template.ts";
import { uuid7TimeMs } from "#domain/uuid7.ts";
import { renderAll } from "#runtime/expressions/render.ts";
import { newId } from "#runtime/identity.ts";
import { prepareRun } from "#runtime/runs/prepare-run.ts";
import type { Write } from "#store/commit.ts";
import { insertRun } from "#store/runs.ts";
import { loadWorkflow } from "#store/workflows.ts";
import { guardScope, type JudgedInstance } from "./judge-actions.ts";

/** The run that an action's hook triggers, and the writes that save it: they join the commit of the action. */
export type HookRun = { run: Run; writes: Write[] };

/** The id of the run that an action's hook is to trigger; null when it has none. */
export function hookRunId({ hook }: DefinedAction, nowMs: number): string | null {
  return hook === null ? null : newId(nowMs);
}

/**
 * Prepares the run of an action's hook; null when it has none. It is tagged with the instance's id. Since it is saved in one
 * transaction with the action, there is one for each time the action was executed, whoever dies when.
 *
 * @param after the instance as it is after the action: what the payload's templates name
 * @throws DomainError `state_conflict` when the run cannot be triggered: then the action is not executed either.
 */
export async function hookRun(
  after: JudgedInstance,
  { id: actionId, hook }: DefinedAction,
  input: unknown,
  runId: string | null,
): Promise<HookRun | null> {
  if (hook === null || runId === null) return null;
  try {
    const { workflow } = await loadWorkflow(hook.workflowId);
    const payload = await renderAll(hook.payload, guardScope(after, input));
    if (typeof payload !== "object" || payload === null || Array.isArray(payload)) {
      throw new TemplateError("is no object: a run's payload is one");
    }
    const { id: instanceId } = after.instance;
    const by = `instance:${instanceId}`;
    const triggered = { payload: payload as Record<string, unknown>, tag: instanceId, by };
    const run = await prepareRun(workflow, triggered, runId, uuid7TimeMs(runId));
    return { run, writes: insertRun(run, triggered.payload) };
  } catch (error) {
    if (!(error instanceof DomainError || error instanceof TemplateError)) throw error;
    const why = error instanceof TemplateError ? faultOf(error) : error.message;
    throw new DomainError("state_conflict", `The hook of action ${actionId} cannot be triggered: ${why}`, {
      cause: error,
    });
  }
}

function faultOf({ at, reason }: TemplateError): string {
  return `its payload${at === "" ? "" : `.${at}`} ${reason}`;
}
