import { getRecord, recordView } from "#contract/routes/records.ts";
import { api } from "#runtime/api.ts";
import { resource } from "#runtime/http-answer.ts";
import { loadRecord } from "#store/records.ts";

export const handler = api(getRecord, async (request) => {
  const { record } = await loadRecord(request.param("id"), request.nowMs);
  return resource(200, recordView(record));
});
