import { DomainError } from "#domain/domain-error.ts";
import type { DefinedAction } from "#domain/machine-definition.ts";
import type { Run } from "#domain/run.ts";
import { TemplateError } from "#domain/template.ts";
import { renderAll } from "#runtime/expressions/render.ts";
import { newId } from "#runtime/identity.ts";
import { prepareRun } from "#runtime/runs/prepare-run.ts";
import type { Write } from "#store/commit.ts";
import { insertRun } from "#store/runs.ts";
import { loadWorkflow } from "#store/workflows.ts";
import { guardScope, type JudgedInstance } from "./judge-actions.ts";

/** The run that an action's hook triggers, and the writes that save it: they join the commit of the action. */
export type HookRun = { run: Run; writes: Write[] };

/**
 * Prepares the run of an action's hook; null when it has none. It is tagged with the instance's id. Since it is saved in one
 * transaction with the action, there is one for each time the action was executed, whoever dies when.
 *
 * @throws DomainError `state_conflict` when the run cannot be triggered: then the action is not executed either.
 */
export async function hookRun(
  judged: JudgedInstance,
  { id: actionId, hook }: DefinedAction,
  input: unknown,
  nowMs: number,
): Promise<HookRun | null> {
  if (hook === null) return null;
  try {
    const { workflow } = await loadWorkflow(hook.workflowId);
    const payload = await renderAll(hook.payload, guardScope(judged, input));
    if (typeof payload !== "object" || payload === null || Array.isArray(payload)) {
      throw new TemplateError("is no object");
    }
    const triggered = { payload: payload as Record<string, unknown>, tag: judged.instance.id };
    const run = await prepareRun(workflow, triggered, newId(nowMs), nowMs);
    return { run, writes: insertRun(run, triggered.payload) };
  } catch (error) {
    if (!(error instanceof DomainError || error instanceof TemplateError)) throw error;
    const why = error instanceof TemplateError ? `its payload ${error.message}` : error.message;
    throw new DomainError("state_conflict", `The hook of action ${actionId} cannot be triggered: ${why}`, {
      cause: error,
    });
  }
}
