import { itemView } from "#contract/item-fields.ts";
import { createItem } from "#contract/routes/items.ts";
import { newItem } from "#domain/work-item.ts";
import { api } from "#runtime/api.ts";
import { resource } from "#runtime/http-answer.ts";
import { newId } from "#runtime/identity.ts";
import { insertItem } from "#store/items.ts";

export const handler = api(createItem, async (request) => {
  const item = newItem(request.body(), newId(request.nowMs));
  const answer = resource(201, itemView(item), `/workflow_items/${item.id}`);
  return request.commit(answer, insertItem(item, request.caller.name));
});
