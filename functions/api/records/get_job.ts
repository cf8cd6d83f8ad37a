import { getProcessJob, processJobView } from "#contract/routes/process-jobs.ts";
import { api } from "#runtime/api.ts";
import { resource } from "#runtime/http-answer.ts";
import { loadJob } from "#store/jobs.ts";

export const handler = api(getProcessJob, async (request) =>
  resource(200, processJobView(await loadJob(request.param("id"), "process"))),
);
