import { recordView, processRecord as route } from "#contract/routes/records.ts";
import { processRecord } from "#domain/record.ts";
import { api } from "#runtime/api.ts";
import { classificationRules } from "#runtime/classification-rules.ts";
import { resource } from "#runtime/http-answer.ts";
import { loadRecord, replaceRecord } from "#store/records.ts";

export const handler = api(route, async (request) => {
  const loaded = await loadRecord(request.param("id"), request.nowMs);
  request.assertIfMatch(loaded.record.version);
  const next = processRecord(loaded.record, classificationRules, request.nowMs);
  return request.commit(resource(200, recordView(next)), replaceRecord(loaded, next));
});
