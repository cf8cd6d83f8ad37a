import { errorText } from "#domain/error-text.ts";
import { isFinished, type Run, triggeredAtMs } from "#domain/run.ts";
import type { StepResult } from "#domain/step-results.ts";
import type { Definition } from "#domain/workflow.ts";
import { timeText } from "./fields.ts";
import type { RunSummaryView, RunView, StepResultView } from "./routes/runs.ts";

/** An output as an answer shows it; `omitted`: it is there, and too long for this answer. */
export type ShownOutput = { value: unknown } | { omitted: true };

/** A run as lists show it. */
export function runSummaryView(run: Run): RunSummaryView {
  return {
    run_id: run.id,
    workflow_id: run.workflowId,
    workflow_version: run.definitionVersion,
    status: run.status,
    tag: run.tag,
    started_at: timeText(triggeredAtMs(run)),
    completed_at: timeOrNull(run.finishedAtMs),
    waiting_until: isFinished(run) ? null : timeOrNull(run.wakeAtMs),
    error: run.error === null ? null : errorText(run.error),
    retries: run.generation,
    updated_at: timeText(run.updatedAtMs),
    expires_at: timeOrNull(expiresAtMs(run)),
    version: run.version,
  };
}

/** A run with what its steps came to. */
export function runView(
  run: Run,
  definition: Definition,
  payload: Record<string, unknown>,
  results: ReadonlyMap<string, StepResult>,
  outputs: ReadonlyMap<string, ShownOutput>,
): RunView {
  const shown = [...results].map(([name, result]) => [name, result, outputs.get(name) ?? { value: null }] as const);
  return {
    ...runSummaryView(run),
    payload,
    current_step: isFinished(run) ? null : (definition.steps[run.step]?.name ?? null),
    results: Object.fromEntries(
      shown.flatMap(([name, result, output]) =>
        result.output !== null && "value" in output ? [[name, output.value]] : [],
      ),
    ),
    step_results: Object.fromEntries(
      shown.map(([name, result, output]) => [name, stepResultView(run, result, output)]),
    ),
  };
}

/** When a finished run is forgotten; null: never, or it has not ended. In milliseconds. */
export function expiresAtMs({ keptDays, finishedAtMs }: Run): number | null {
  return keptDays === null || finishedAtMs === null
    ? null
    : Math.ceil(finishedAtMs / 1000) * 1000 + keptDays * 86_400_000;
}

function stepResultView(run: Run, result: StepResult, output: ShownOutput): StepResultView {
  return {
    step_name: result.stepName,
    status: result.status,
    attempt: result.attempt,
    started_at: timeOrNull(result.startedAtMs),
    completed_at: timeOrNull(result.completedAtMs),
    ...("value" in output ? { output: output.value } : omittedOutput(run, result)),
    error: result.error === null ? null : errorText(result.error),
  };
}

/** In place of an output, where to read it: the timeline from its entry on. */
function omittedOutput({ id }: Run, { sequence }: StepResult) {
  if (sequence === null) return { output: null };
  return {
    output: null,
    output_omitted: true,
    output_at: `/api/v1/runs/${id}/timeline?offset=${sequence - 1}&limit=1`,
  } as const;
}

function timeOrNull(timeMs: number | null): string | null {
  return timeMs === null ? null : timeText(timeMs);
}
