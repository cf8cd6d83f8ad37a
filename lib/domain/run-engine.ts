import { errorText } from "./error-text.ts";
import { type Happening, type StoredOutput, written } from "./journal.ts";
import { backoffMs, isRetryable } from "./retry-policy.ts";
import { isFinished, type Lease, moved, type Run } from "./run.ts";
import type { Effect, Outcome } from "./steps/step-type.ts";
import { stepTypeOf } from "./steps/step-types.ts";
import type { Definition, Step } from "./workflow.ts";

/** A step's configuration with its templates filled in, or why it cannot be used. */
export type ReadyConfig = { ok: true; config: unknown } | { ok: false; error: string };

/** The configuration that was made ready for a step; what the step's templates name is known to who runs it, not here. */
export type Prepared = { step: Step; ready: ReadyConfig };

type HttpEffect = Extract<Effect, { kind: "http" }>;

/**
 * What a run wants next: to rest until somebody or some time moves it on, the configuration of a step, or a request to be
 * sent for one.
 */
export type Next =
  | { kind: "rest" }
  | { kind: "configure"; step: Step }
  | { kind: "send"; step: Step; config: unknown; effect: HttpEffect };

/** What an attempt came to. `output` is there when it went well, and says where a long one lies. */
export type Settled = { outcome: Outcome; output: StoredOutput | null; startedAtMs: number; settledAtMs: number };

/**
 * Takes a run as far as it goes without help: waits that are over are settled, the next step is begun, and a run that has no
 * step left is completed.
 */
export function proceed(
  run: Run,
  definition: Definition,
  prepared: Prepared | null,
  nowMs: number,
): { run: Run; next: Next } {
  let current = run;
  for (;;) {
    if (isFinished(current)) return { run: current, next: { kind: "rest" } };
    const step = definition.steps[current.step];
    if (step === undefined) return { run: completed(current, nowMs), next: { kind: "rest" } };
    if (current.status === "PAUSED" || isEarly(current, nowMs)) return { run: current, next: { kind: "rest" } };
    if (prepared?.step !== step) return { run: current, next: { kind: "configure", step } };
    const { ready } = prepared;
    if (!ready.ok) {
      current = failedStep(current, step, ready.error, nowMs);
      continue;
    }
    const startedAtMs = current.stepStartedAtMs ?? nowMs;
    const effect = stepTypeOf(step.type).begin(ready.config, startedAtMs);
    if (effect.kind === "http") {
      return { run: { ...current, wakeAtMs: null }, next: { kind: "send", step, config: ready.config, effect } };
    }
    if (effect.untilMs > nowMs)
      return { run: waiting(current, startedAtMs, effect.untilMs, nowMs), next: { kind: "rest" } };
    current = waited(current, step, ready.config, startedAtMs, nowMs);
  }
}

/** The new run as it waits, when its first step is a wait: it then needs no worker before the wait is over. */
export function begun(run: Run, definition: Definition, ready: ReadyConfig, nowMs: number): Run {
  const [step] = definition.steps;
  if (step === undefined) return run;
  const first = proceed(run, definition, { step, ready }, nowMs).run;
  return first.status === "WAITING" ? first : run;
}

/** The run in the hands of a worker, who is about to send. */
export function claimed(run: Run, lease: Lease, nowMs: number): Run {
  const held = { lease, fence: run.fence + 1, claims: run.claims + 1, wakeAtMs: null };
  return { ...moved(run, "RUNNING", nowMs, null), ...held, stepStartedAtMs: run.stepStartedAtMs ?? nowMs };
}

/** The run given back unfinished: whoever gets its next message goes on. */
export function handedOn(run: Run, nowMs: number): Run {
  return { ...moved(run, "PENDING", nowMs, null), lease: null };
}

/**
 * The run after an attempt of its current step. A run that was cancelled or paused meanwhile keeps that, and what its step
 * came to is told all the same.
 */
export function settled(run: Run, step: Step, attempt: Settled): Run {
  const { outcome, output, settledAtMs: nowMs } = attempt;
  // Its request went out a moment after the step had begun: it has one beginning, whether it is under way or over.
  const startedAtMs = run.attempt === 1 ? (run.stepStartedAtMs ?? attempt.startedAtMs) : attempt.startedAtMs;
  if (outcome.ok && output !== null) {
    const entry = { type: "step_completed", step: step.name, attempt: run.attempt, startedAtMs, output } as const;
    return atNextStep(noted(run, nowMs, entry));
  }
  if (outcome.ok) throw new Error("A step that went well has an output.");
  const { cause, retryAfterMs } = outcome;
  const error = errorText(outcome.error);
  if (isFinished(run) || !isRetryable(step.retry, run.attempt, cause)) return failedStep(run, step, error, nowMs);
  const retryAtMs = nowMs + backoffMs(step.retry, run.attempt, shareOf(run), retryAfterMs);
  const entry = {
    type: "attempt_failed",
    step: step.name,
    attempt: run.attempt,
    startedAtMs,
    error,
    cause,
    retryAtMs,
  } as const;
  const next = noted(run, nowMs, entry);
  const status = next.status === "PAUSED" ? "PAUSED" : "WAITING";
  return { ...next, status, attempt: run.attempt + 1, wakeAtMs: retryAtMs, lease: null };
}

/** The run at its end, because it cannot go on. */
export function failedRun(run: Run, reason: string, nowMs: number): Run {
  const error = errorText(reason);
  return { ...moved(run, "FAILED", nowMs, { type: "completed", status: "FAILED", error }), error, ...atRest };
}

/** More claims than a run can need. One that has them kills its workers, or goes round in circles. */
export function claimsMax(definition: Definition): number {
  return 10 + 2 * definition.steps.reduce((sum, step) => sum + step.retry.maxAttempts, 0);
}

const atRest = { lease: null, wakeAtMs: null } as const;

function completed(run: Run, nowMs: number): Run {
  return { ...moved(run, "SUCCESS", nowMs, { type: "completed", status: "SUCCESS", error: null }), ...atRest };
}

function waited(run: Run, step: Step, config: unknown, startedAtMs: number, nowMs: number): Run {
  const outcome = stepTypeOf(step.type).settle(config, { kind: "waited" }, nowMs);
  const output = outcome.ok ? { value: outcome.output } : null;
  return settled(run, step, { outcome, output, startedAtMs, settledAtMs: nowMs });
}

function waiting(run: Run, startedAtMs: number, untilMs: number, nowMs: number): Run {
  return { ...moved(run, "WAITING", nowMs, null), stepStartedAtMs: startedAtMs, wakeAtMs: untilMs, lease: null };
}

/** A step that failed for good: the run fails with it, or goes on without it. */
function failedStep(run: Run, step: Step, reason: string, nowMs: number): Run {
  const error = errorText(reason);
  const continued = step.onError === "continue";
  const startedAtMs = run.stepStartedAtMs ?? nowMs;
  const entry = { type: "step_failed", step: step.name, attempt: run.attempt, startedAtMs, error, continued } as const;
  const next = noted(run, nowMs, entry);
  if (continued) return atNextStep(next);
  return isFinished(run) ? next : failedRun(next, `Step ${step.name} failed: ${error}`, nowMs);
}

function atNextStep(run: Run): Run {
  return { ...run, step: run.step + 1, attempt: 1, stepStartedAtMs: null, wakeAtMs: null, lease: null };
}

/** The run with an entry more and the status it has. A finished one keeps the time of its end. */
function noted(run: Run, nowMs: number, entry: Happening): Run {
  return { ...run, journal: written(run.journal, nowMs, entry), updatedAtMs: nowMs };
}

function isEarly(run: Run, nowMs: number): boolean {
  return run.wakeAtMs !== null && run.wakeAtMs > nowMs;
}

/** A number from 0 to 1 that is the same for the same run and attempt, and differs between runs. */
function shareOf(run: Run): number {
  const seed = Number.parseInt(run.id.slice(24, 32), 16);
  return ((seed + run.attempt * 0x9e3779b9) % 0x1_0000_0000) / 0x1_0000_0000;
}
