import { eraseRun as route } from "#contract/routes/runs.ts";
import { DomainError } from "#domain/domain-error.ts";
import { isFinished } from "#domain/run.ts";
import { api } from "#runtime/api.ts";
import { noContent } from "#runtime/http-answer.ts";
import { eraseRun, loadRun } from "#store/runs.ts";

export const handler = api(route, async (request) => {
  const loaded = await loadRun(request.param("id"), request.nowMs);
  request.assertIfMatch(loaded.run.version);
  if (!isFinished(loaded.run)) {
    const message = `The run is ${loaded.run.status}: only a finished run can be erased. Cancel it first.`;
    throw new DomainError("state_conflict", message);
  }
  return request.commit(noContent(), [eraseRun(loaded, request.nowMs)]);
});
