import { itemView } from "#contract/item-fields.ts";
import { updateItem } from "#contract/routes/items.ts";
import { api } from "#runtime/api.ts";
import { resource } from "#runtime/http-answer.ts";
import { newWriteId } from "#runtime/identity.ts";
import { changeItem } from "#runtime/items/change-item.ts";
import { ifExists } from "#runtime/items/if-exists.ts";
import { versionsOf } from "#runtime/items/versions-of.ts";
import { describedItem } from "#store/items.ts";

export const handler = api(updateItem, async (request) => {
  const id = request.param("id");
  const asked = await ifExists(id, () => ({ change: request.body(), versions: versionsOf(request) }));
  const { caller, requestId, nowMs } = request;
  const by = { writeId: newWriteId(), requestId, name: caller.name, nowMs };
  const head = await changeItem(id, asked.change, asked.versions, by);
  return resource(200, itemView(await describedItem(head)));
});
