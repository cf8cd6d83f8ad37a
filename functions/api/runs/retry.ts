import { retryRun as route } from "#contract/routes/runs.ts";
import { runSummaryView } from "#contract/run-view.ts";
import { retried } from "#domain/run-commands.ts";
import { assertRuns } from "#domain/workflow-commands.ts";
import { api } from "#runtime/api.ts";
import { resource } from "#runtime/http-answer.ts";
import { assertPayload } from "#runtime/runs/prepare-run.ts";
import { sendRun } from "#runtime/runs/run-message.ts";
import { loadDefinition } from "#store/definitions.ts";
import { readJournal } from "#store/journal-chunks.ts";
import { loadRun, readRunPayload, replaceRun, replaceRunAndPayload } from "#store/runs.ts";
import { loadWorkflow } from "#store/workflows.ts";

export const handler = api(route, async (request) => {
  const loaded = await loadRun(request.param("id"), request.nowMs);
  const { from = "failed", from_step, workflow_version, payload } = request.body();
  request.assertIfMatch(loaded.run.version);
  const { workflowId, definitionVersion: ranVersion, version } = loaded.run;
  const { workflow } = await loadWorkflow(workflowId);
  const definitionVersion = workflow_version === "newest" ? workflow.definitionVersion : ranVersion;
  const definition = await loadDefinition(workflowId, definitionVersion);
  if (payload !== undefined || definitionVersion !== ranVersion) {
    assertPayload(definition, payload ?? (await readRunPayload(loaded)));
  }
  const retry = {
    from: from_step === undefined ? from : { step: from_step },
    entries: await readJournal(loaded.run.id, loaded.run.journal),
    definitionVersion,
    definition,
    payloadEdited: payload !== undefined,
    by: request.caller.name,
  };
  const ran = await loadDefinition(workflowId, ranVersion);
  assertRuns(workflow);
  const run = { ...retried(loaded.run, ran, retry, request.nowMs), version: version + 1 };
  const answer = resource(202, runSummaryView(run));
  const writes = payload === undefined ? [replaceRun(loaded, run)] : replaceRunAndPayload(loaded, run, payload);
  const committed = await request.commit(answer, writes);
  await sendRun({ run, requestId: request.requestId });
  return committed;
});
