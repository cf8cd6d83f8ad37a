import { putSecret as route } from "#contract/routes/secrets.ts";
import { assertSecretName } from "#domain/secret-name.ts";
import { api } from "#runtime/api.ts";
import { noContent } from "#runtime/http-answer.ts";
import { putSecret } from "#store/secrets.ts";

export const handler = api(route, async (request) => {
  const name = assertSecretName(request.param("name"));
  await putSecret(name, request.body().value);
  return noContent();
});
