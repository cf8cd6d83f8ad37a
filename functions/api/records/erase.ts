import { eraseRecord as route } from "#contract/routes/records.ts";
import { api } from "#runtime/api.ts";
import { noContent } from "#runtime/http-answer.ts";
import { eraseRecord, loadRecord } from "#store/records.ts";

export const handler = api(route, async (request) => {
  const loaded = await loadRecord(request.param("id"), request.nowMs);
  request.assertIfMatch(loaded.record.version);
  return request.commit(noContent(), eraseRecord(loaded, request.nowMs));
});
