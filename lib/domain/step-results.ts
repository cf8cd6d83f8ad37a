import type { JournalEntry, StoredOutput } from "./journal.ts";
import { isFinished, type Run } from "./run.ts";
import type { Definition } from "./workflow.ts";

/** How far a step of a run is. `output` null: it has put out nothing. Times in milliseconds; null: not yet. */
export type StepResult = {
  stepName: string;
  status: "PENDING" | "RUNNING" | "WAITING" | "SUCCESS" | "FAILED";
  attempt: number;
  startedAtMs: number;
  completedAtMs: number | null;
  output: StoredOutput | null;
  error: string | null;
  /** The number of the entry in the journal that tells its end; null: it has not ended. */
  sequence: number | null;
};

/**
 * What became of each step, by name, in the order of the definition: those that ended, and the one that is under way. A
 * retry takes back what its steps came to before.
 */
export function stepResults(
  run: Run,
  entries: readonly JournalEntry[],
  definition: Definition,
): Map<string, StepResult> {
  const order = orderOf(definition);
  const found = endedResults(entries, definition);
  const current = currentResult(run, definition, found);
  if (current !== null) found.set(current.stepName, current);
  const sorted = [...found].sort(([a], [b]) => (order.get(a) ?? -1) - (order.get(b) ?? -1));
  return new Map(sorted);
}

/** What became of the steps that ended, by name: what a step after them can read. A retry takes back as above. */
export function endedResults(entries: readonly JournalEntry[], definition: Definition): Map<string, StepResult> {
  const order = orderOf(definition);
  const found = new Map<string, StepResult>();
  const firstAttempts = new Map<string, number>();
  for (const entry of entries) {
    if (entry.type === "retried") {
      const from = order.get(entry.fromStep) ?? 0;
      for (const name of found.keys()) if ((order.get(name) ?? from) >= from) found.delete(name);
      firstAttempts.clear();
    }
    if (entry.type === "attempt_failed" && entry.attempt === 1) firstAttempts.set(entry.step, entry.startedAtMs);
    const result = resultOf(entry);
    if (result === null) continue;
    const { stepName, startedAtMs } = result;
    found.set(stepName, { ...result, startedAtMs: firstAttempts.get(stepName) ?? startedAtMs });
  }
  return found;
}

function orderOf({ steps }: Definition): ReadonlyMap<string, number> {
  return new Map(steps.map(({ name }, at) => [name, at]));
}

function resultOf(entry: JournalEntry): StepResult | null {
  if (entry.type !== "step_completed" && entry.type !== "step_failed") return null;
  const { step: stepName, attempt, startedAtMs, atMs: completedAtMs, sequence } = entry;
  const common = { stepName, attempt, startedAtMs, completedAtMs, sequence };
  if (entry.type === "step_completed") return { ...common, status: "SUCCESS", output: entry.output, error: null };
  return { ...common, status: "FAILED", output: null, error: entry.error };
}

/** The step that is under way; null before the first has begun, and once the run has ended. */
function currentResult(run: Run, definition: Definition, found: ReadonlyMap<string, StepResult>): StepResult | null {
  const step = definition.steps[run.step];
  if (step === undefined || run.stepStartedAtMs === null || isFinished(run)) return null;
  const status = run.lease !== null ? "RUNNING" : run.wakeAtMs !== null ? "WAITING" : "PENDING";
  const { attempt, stepStartedAtMs: startedAtMs } = run;
  const error = found.get(step.name)?.error ?? null;
  return {
    stepName: step.name,
    status,
    attempt,
    startedAtMs,
    completedAtMs: null,
    output: null,
    error,
    sequence: null,
  };
}
