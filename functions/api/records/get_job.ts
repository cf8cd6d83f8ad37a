import { getProcessJob, processJobView } from "#contract/routes/process-jobs.ts";
import { api } from "#runtime/api.ts";
import { resource } from "#runtime/http-answer.ts";
import { loadJob } from "#store/process-jobs.ts";

export const handler = api(getProcessJob, async (request) => {
  const { job } = await loadJob(request.param("id"));
  return resource(200, processJobView(job));
});
