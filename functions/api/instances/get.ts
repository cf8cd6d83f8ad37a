import { getInstance } from "#contract/routes/instances.ts";
import { api } from "#runtime/api.ts";
import { instanceAnswer } from "#runtime/instances/instance-answer.ts";
import { loadJudged } from "#runtime/instances/load-judged.ts";
import { shownInstance } from "#runtime/instances/shown-instance.ts";

export const handler = api(getInstance, async (request) => {
  const { loaded, judged } = await loadJudged(request.param("id"), request.nowMs);
  return instanceAnswer(200, await shownInstance(loaded, judged, request.caller.roles));
});
