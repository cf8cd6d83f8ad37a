import { commentInstance } from "#contract/routes/instances.ts";
import { commented } from "#domain/instance-commands.ts";
import { api } from "#runtime/api.ts";
import { changeInstance } from "#runtime/instances/change-instance.ts";
import { loadJudged } from "#runtime/instances/load-judged.ts";

export const handler = api(commentInstance, async (request) => {
  const { loaded, judged: before } = await loadJudged(request.param("id"), request.nowMs);
  const { comment } = request.body();
  request.assertIfMatch(loaded.instance.version);
  const instance = commented(loaded.instance, request.caller.name, comment, request.nowMs);
  return changeInstance(request, loaded, before, {
    instance,
    definition: before.definition,
    data: null,
    hook: null,
  });
});
