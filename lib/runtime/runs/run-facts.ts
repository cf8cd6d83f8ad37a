import { type Run, triggeredAtMs } from "#domain/run.ts";

/** What templates know of the run itself. */
export function runFacts(run: Run): Record<string, unknown> {
  return {
    id: run.id,
    workflow_id: run.workflowId,
    tag: run.tag,
    started_at: new Date(triggeredAtMs(run)).toISOString(),
    attempt: run.attempt,
  };
}
