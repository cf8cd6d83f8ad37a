import { executeAction } from "#contract/routes/instances.ts";
import { DomainError } from "#domain/domain-error.ts";
import { saved } from "#domain/instance.ts";
import { executed } from "#domain/instance-commands.ts";
import { api } from "#runtime/api.ts";
import { changeInstance } from "#runtime/instances/change-instance.ts";
import { assertInput, detailsOf } from "#runtime/instances/execution-input.ts";
import { hookRun, hookRunId } from "#runtime/instances/hook-run.ts";
import { judgeAction } from "#runtime/instances/judge-actions.ts";
import { loadJudged } from "#runtime/instances/load-judged.ts";

export const handler = api(executeAction, async (request) => {
  const { nowMs, caller } = request;
  const { loaded, judged: before } = await loadJudged(request.param("id"), nowMs);
  const { instance, definition } = before;
  const action = definition.actions.find(({ id }) => id === request.param("action_id"));
  if (action === undefined) throw new DomainError("resource_not_found", "Action not found");
  const { comment, input, data } = request.body();
  assertInput(action, input);
  request.assertIfMatch(instance.version);
  const refusal = await judgeAction(before, action, caller.roles, input);
  if (refusal !== null) {
    throw new DomainError(refusal.reason === "role_missing" ? "forbidden" : "state_conflict", refusal.message);
  }
  const merged = data == null ? null : { ...before.data, ...data };
  const execution = {
    by: caller.name,
    comment: comment ?? null,
    details: detailsOf(input, data ?? null),
    runId: hookRunId(action, nowMs),
  };
  const next = executed(instance, definition, action, execution, nowMs);
  const after = { instance: saved(next), definition, data: merged ?? before.data };
  const hook = await hookRun(after, action, input, execution.runId);
  return changeInstance(request, loaded, before, { instance: next, definition, data: merged, hook });
});
