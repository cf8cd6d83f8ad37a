import { instanceActionsView } from "#contract/instance-view.ts";
import { getInstanceActions } from "#contract/routes/instances.ts";
import { api } from "#runtime/api.ts";
import { json } from "#runtime/http-answer.ts";
import { judgeActions } from "#runtime/instances/judge-actions.ts";
import { loadJudged } from "#runtime/instances/load-judged.ts";

export const handler = api(getInstanceActions, async (request) => {
  const { judged } = await loadJudged(request.param("id"), request.nowMs);
  return json(instanceActionsView(judged.instance, await judgeActions(judged, request.caller.roles)));
});
