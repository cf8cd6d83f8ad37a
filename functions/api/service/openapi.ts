import { openapiDocument } from "#contract/openapi.ts";
import { getOpenapi } from "#contract/routes/service.ts";
import { api } from "#runtime/api.ts";
import { json } from "#runtime/http-answer.ts";
import { environment } from "#store/environment.ts";

let document: unknown;

export const handler = api(getOpenapi, async () => {
  document ??= openapiDocument({ version: environment().APP_VERSION });
  return json(document);
});
