import { runSummaryView } from "#contract/run-view.ts";
import type { Run } from "#domain/run.ts";
import type { ApiRequest } from "#runtime/api-request.ts";
import { type HttpAnswer, resource } from "#runtime/http-answer.ts";
import { loadRun, replaceRun } from "#store/runs.ts";
import { sendRun } from "./run-message.ts";

/** Changes a run by a command, on the version that was read, and answers with the run as it is then. */
export async function commandRun(request: ApiRequest, command: (run: Run) => Run): Promise<HttpAnswer> {
  const loaded = await loadRun(request.param("id"), request.nowMs);
  request.assertIfMatch(loaded.run.version);
  const run = { ...command(loaded.run), version: loaded.run.version + 1 };
  const answer = resource(200, runSummaryView(run));
  const committed = await request.commit(answer, [replaceRun(loaded, run)]);
  await sendRun({ run, requestId: request.requestId });
  return committed;
}
