import { deleteItem } from "#contract/routes/items.ts";
import { api } from "#runtime/api.ts";
import { noContent } from "#runtime/http-answer.ts";
import { newWriteId } from "#runtime/identity.ts";
import { ifExists } from "#runtime/items/if-exists.ts";
import { versionsOf } from "#runtime/items/versions-of.ts";
import { eraseItem } from "#store/items.ts";

export const handler = api(deleteItem, async (request) => {
  const id = request.param("id");
  const versions = await ifExists(id, () => versionsOf(request));
  const { caller, requestId, nowMs } = request;
  await eraseItem(id, versions, { writeId: newWriteId(), requestId, name: caller.name, nowMs });
  return noContent();
});
