import { deleteSecret as route } from "#contract/routes/secrets.ts";
import { DomainError } from "#domain/domain-error.ts";
import { secretNamePattern } from "#domain/secret-name.ts";
import { api } from "#runtime/api.ts";
import { noContent } from "#runtime/http-answer.ts";
import { deleteSecret } from "#store/secrets.ts";

export const handler = api(route, async (request) => {
  const name = request.param("name");
  const deleted = secretNamePattern.test(name) && (await deleteSecret(name));
  if (!deleted) throw new DomainError("resource_not_found", "Secret not found");
  return noContent();
});
