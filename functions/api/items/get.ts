import { itemView } from "#contract/item-fields.ts";
import { getItem } from "#contract/routes/items.ts";
import { api } from "#runtime/api.ts";
import { resource } from "#runtime/http-answer.ts";
import { loadItem } from "#store/items.ts";

export const handler = api(getItem, async (request) => resource(200, itemView(await loadItem(request.param("id")))));
