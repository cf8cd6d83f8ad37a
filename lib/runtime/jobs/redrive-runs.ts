import { advancedBulk, isBulkDone } from "#domain/bulk-job.ts";
import { DomainError } from "#domain/domain-error.ts";
import type { Job } from "#domain/job.ts";
import type { ListedRun, RedriveOutcome } from "#domain/redrive-job.ts";
import { isFinished, type Run } from "#domain/run.ts";
import { retried } from "#domain/run-commands.ts";
import { assertRuns } from "#domain/workflow-commands.ts";
import { writeIdOf } from "#runtime/identity.ts";
import { sendRun } from "#runtime/runs/run-message.ts";
import { commit } from "#store/commit.ts";
import { loadDefinition } from "#store/definitions.ts";
import { readJournal } from "#store/journal-chunks.ts";
import { findRun, replaceRun } from "#store/runs.ts";
import { loadWorkflow } from "#store/workflows.ts";
import type { JobStep } from "./job-step.ts";
import { listFailed } from "./list-failed.ts";

/**
 * Retries the runs of the due step from where they failed, and lists the next. Each is retried only as it was listed, so that
 * a step that is done twice leaves those alone that have failed again, and knows its own work by what the job wrote.
 */
export const redriveRuns: JobStep<"redrive"> = async ({ job, requestId }, nowMs) => {
  const outcomes = await Promise.all(job.state.next.map((listed) => redriveOne(job, listed, requestId, nowMs)));
  const following = await listFailed(job.state.filters, job.state.position, nowMs);
  const state = advancedBulk(job.state, outcomes, following);
  return { state, done: isBulkDone(state) };
};

async function redriveOne(job: Job, listed: ListedRun, requestId: string, nowMs: number): Promise<RedriveOutcome> {
  const by = `job:${job.id}`;
  const writeId = writeIdOf(job.id, listed.id);
  for (;;) {
    const loaded = await findRun(listed.id, nowMs);
    if (loaded === null) return "skipped";
    const { run } = loaded;
    const entries = await readJournal(run.id, run.journal);
    if (run.version !== listed.version) {
      const own = entries.some((entry) => entry.type === "retried" && entry.by === by);
      if (own && !isFinished(run)) await sendRun(loaded); // the message may be what was lost
      return own ? "retried" : "skipped";
    }
    if (run.status !== "FAILED") return "skipped";
    const { definitionVersion } = run;
    const definition = await loadDefinition(run.workflowId, definitionVersion);
    const what = { from: "failed", entries, definitionVersion, definition, payloadEdited: false } as const;
    const { workflow } = await loadWorkflow(run.workflowId);
    const next = unlessRefused(() => {
      assertRuns(workflow);
      return retried(run, definition, { ...what, by }, nowMs);
    });
    if (next === null) return "skipped";
    const { committed } = await commit([replaceRun(loaded, next)], { writeId, requestId });
    if (!committed) continue;
    await sendRun({ run: next, requestId });
    return "retried";
  }
}

/** A run that is to be retried from elsewhere, or whose workflow is switched off, is for somebody to look at: the others go on without it. */
function unlessRefused(retry: () => Run): Run | null {
  try {
    return retry();
  } catch (error) {
    if (error instanceof DomainError) return null;
    throw error;
  }
}
