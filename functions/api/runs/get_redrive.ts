import { getRedriveJob, redriveJobView } from "#contract/routes/redrive-jobs.ts";
import { api } from "#runtime/api.ts";
import { resource } from "#runtime/http-answer.ts";
import { loadJob } from "#store/jobs.ts";

export const handler = api(getRedriveJob, async (request) =>
  resource(200, redriveJobView(await loadJob(request.param("id"), "redrive"))),
);
