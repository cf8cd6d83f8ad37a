import { getVerifyJob, verifyJobView } from "#contract/routes/verify-jobs.ts";
import { api } from "#runtime/api.ts";
import { resource } from "#runtime/http-answer.ts";
import { loadJob } from "#store/jobs.ts";

export const handler = api(getVerifyJob, async (request) =>
  resource(200, verifyJobView(await loadJob(request.param("id"), "verify"))),
);
