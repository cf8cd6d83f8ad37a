import { createRecord, recordView } from "#contract/routes/records.ts";
import { newRecord } from "#domain/record.ts";
import { api } from "#runtime/api.ts";
import { resource } from "#runtime/http-answer.ts";
import { newId } from "#runtime/identity.ts";
import { insertRecord } from "#store/records.ts";

export const handler = api(createRecord, async (request) => {
  const record = newRecord(request.body(), newId(request.nowMs));
  return request.commit(resource(201, recordView(record), `/records/${record.id}`), insertRecord(record));
});
