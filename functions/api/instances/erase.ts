import { eraseInstance as route } from "#contract/routes/instances.ts";
import { api } from "#runtime/api.ts";
import { noContent } from "#runtime/http-answer.ts";
import { sendClearing } from "#runtime/instances/instance-message.ts";
import { noteEnd } from "#runtime/instances/note-end.ts";
import { eraseInstance, loadInstance } from "#store/instances.ts";

export const handler = api(route, async (request) => {
  const loaded = await loadInstance(request.param("id"), request.nowMs);
  request.assertIfMatch(loaded.instance.version);
  const committed = await request.commit(noContent(), eraseInstance(loaded, request.nowMs));
  await noteEnd(loaded.instance);
  await sendClearing(loaded, request.requestId);
  return committed;
});
