import type { JournalEntry, StoredOutput } from "./journal.ts";
import { isFinished, type Run } from "./run.ts";
import type { Definition } from "./workflow.ts";

/**
 * How far a step of a run is. `startedAtMs` null: it was to begin when the run was cancelled. `output` null: it has put out
 * nothing. `error`: why it failed, or the last attempt of it so far. Times in milliseconds; null: not yet.
 */
export type StepResult = {
  stepName: string;
  status: "PENDING" | "RUNNING" | "WAITING" | "SUCCESS" | "FAILED" | "CANCELLED";
  attempt: number;
  startedAtMs: number | null;
  completedAtMs: number | null;
  output: StoredOutput | null;
  error: string | null;
  /** The number of the entry in the journal that tells its end; null: there is none. */
  sequence: number | null;
};

/** What is told of a step that has not ended: when its first attempt began, and why its last one failed. */
type FailedAttempts = { startedAtMs: number; error: string };

/**
 * What became of each step, by name, in the order of the definition: those that ended, and the one that is under way, or at
 * which the run ended: a retry begins there unless it says otherwise. A retry takes back what its steps came to before.
 */
export function stepResults(
  run: Run,
  entries: readonly JournalEntry[],
  definition: Definition,
): Map<string, StepResult> {
  const order = orderOf(definition);
  const { ended, failedAttempts } = toldOf(entries, order);
  const step = definition.steps[run.step];
  const last = step === undefined ? null : lastResult(run, step.name, failedAttempts.get(step.name) ?? null);
  if (last !== null && !(isFinished(run) && ended.has(last.stepName))) ended.set(last.stepName, last);
  const sorted = [...ended].sort(([a], [b]) => (order.get(a) ?? -1) - (order.get(b) ?? -1));
  return new Map(sorted);
}

/** What became of the steps that ended, by name: what a step after them can read. A retry takes back as above. */
export function endedResults(entries: readonly JournalEntry[], definition: Definition): Map<string, StepResult> {
  return toldOf(entries, orderOf(definition)).ended;
}

function toldOf(entries: readonly JournalEntry[], order: ReadonlyMap<string, number>) {
  const ended = new Map<string, StepResult>();
  const failedAttempts = new Map<string, FailedAttempts>();
  for (const entry of entries) {
    if (entry.type === "retried") {
      const from = order.get(entry.fromStep) ?? 0;
      for (const name of ended.keys()) if ((order.get(name) ?? from) >= from) ended.delete(name);
      failedAttempts.clear();
    }
    if (!("step" in entry)) continue;
    const startedAtMs = failedAttempts.get(entry.step)?.startedAtMs ?? entry.startedAtMs;
    if (entry.type === "attempt_failed") failedAttempts.set(entry.step, { startedAtMs, error: entry.error });
    else ended.set(entry.step, resultOf(entry, startedAtMs));
  }
  return { ended, failedAttempts };
}

function orderOf({ steps }: Definition): ReadonlyMap<string, number> {
  return new Map(steps.map(({ name }, at) => [name, at]));
}

type EndEntry = Extract<JournalEntry, { type: "step_completed" | "step_failed" }>;

function resultOf(entry: EndEntry, startedAtMs: number): StepResult {
  const { step: stepName, attempt, atMs: completedAtMs, sequence } = entry;
  const common = { stepName, attempt, startedAtMs, completedAtMs, sequence };
  if (entry.type === "step_completed") return { ...common, status: "SUCCESS", output: entry.output, error: null };
  return { ...common, status: "FAILED", output: null, error: entry.error };
}

/** The step that is under way, or at which the run ended; null for one that is still to begin. */
function lastResult(run: Run, stepName: string, failed: FailedAttempts | null): StepResult | null {
  const { attempt, lease, wakeAtMs, finishedAtMs: completedAtMs } = run;
  const startedAtMs = failed?.startedAtMs ?? run.stepStartedAtMs;
  const common = { stepName, attempt, startedAtMs, completedAtMs, output: null, sequence: null };
  const error = failed?.error ?? null;
  if (run.status === "CANCELLED") return { ...common, status: "CANCELLED", error };
  if (isFinished(run)) return { ...common, status: "FAILED", error: run.error };
  if (run.stepStartedAtMs === null) return null;
  return { ...common, status: lease !== null ? "RUNNING" : wakeAtMs !== null ? "WAITING" : "PENDING", error };
}
