import { newRun, type Run } from "#domain/run.ts";
import { type Prepared, proceed, type Settled, settled } from "#domain/run-engine.ts";
import { uuid7 } from "#domain/uuid7.ts";
import { type Definition, type Step, stepDefaults } from "#domain/workflow.ts";

export const triggeredMs = Date.parse("2026-11-21T09:00:00Z");
const workflowId = uuid7(triggeredMs, new Uint8Array(10), 0);

/** A step with the defaults but for what a test says of it. */
export function madeStep(step: Pick<Step, "name" | "type"> & Partial<Step>): Step {
  const config = step.type === "delay" ? { duration: 2 } : { url: "https://example.com/hook", method: "POST" };
  return { ...stepDefaults, config, ...step };
}

/** A definition of some steps. */
export function madeDefinition(...steps: Step[]): Definition {
  return { name: "made", description: null, steps, inputSchema: null, runsKeptDays: null };
}

/** A run that has just been triggered. */
export function madeRun(overrides: Partial<Run> = {}): Run {
  const id = uuid7(triggeredMs, new Uint8Array(10).fill(7), 1);
  return { ...newRun({ id, workflowId, definitionVersion: 1, tag: null, keptDays: null }), ...overrides };
}

/** Takes a run as far as it goes without a request, its configurations as they stand. */
export function goOn(run: Run, definition: Definition, nowMs: number) {
  let prepared: Prepared | null = null;
  for (let current = run; ; ) {
    const result = proceed(current, definition, prepared, nowMs);
    if (result.next.kind !== "configure") return result;
    const { step } = result.next;
    prepared = { step, ready: { ok: true, config: readyConfig(step) } };
    current = result.run;
  }
}

/** A step's configuration as its type reads it. */
function readyConfig(step: Step): unknown {
  if (step.type !== "delay") return { method: "POST", headers: {}, success_codes: ["2xx"], ...step.config };
  return { duration: { said: step.config.duration, seconds: Number(step.config.duration) } };
}

/** The run after an attempt that went well. */
export function succeeded(run: Run, step: Step, nowMs: number, value: unknown = { ok: true }): Run {
  const attempt: Settled = {
    outcome: { ok: true, output: {} },
    output: { value },
    startedAtMs: nowMs - 10,
    settledAtMs: nowMs,
  };
  return settled(run, step, attempt);
}

/** The run after an attempt that failed. */
export function failed(run: Run, step: Step, nowMs: number, status = 500, retryAfterMs: number | null = null): Run {
  const outcome = { ok: false, error: `answered ${status}`, cause: { status }, retryAfterMs } as const;
  return settled(run, step, { outcome, output: null, startedAtMs: nowMs - 10, settledAtMs: nowMs });
}
