import { previewExpression } from "#contract/routes/expressions.ts";
import { api } from "#runtime/api.ts";
import { preview } from "#runtime/expressions/preview.ts";
import { json } from "#runtime/http-answer.ts";

export const handler = api(previewExpression, async (request) => {
  return json({ result: await preview(request.body()) });
});
