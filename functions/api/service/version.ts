import { getVersion } from "#contract/routes/service.ts";
import { api } from "#runtime/api.ts";
import { json } from "#runtime/http-answer.ts";
import { environment } from "#store/environment.ts";

export const handler = api(getVersion, async () => {
  const { APP_VERSION: version, GIT_COMMIT: commit, APP_ENV: deployment } = environment();
  return json({ version, commit, environment: deployment });
});
