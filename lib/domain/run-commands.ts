import { DomainError } from "./domain-error.ts";
import type { JournalEntry } from "./journal.ts";
import { isFinished, moved, type Run } from "./run.ts";
import { endedResults } from "./step-results.ts";
import type { Definition } from "./workflow.ts";

/** How many steps a message lists. */
const listedMax = 8;

/** The run as nobody moves it on. A request that is under way ends, and what it came to is told; no further step begins. */
export function paused(run: Run, by: string, nowMs: number): Run {
  return moved(assertOpen(run, "pause"), "PAUSED", nowMs, { type: "paused", by });
}

/** The paused run as it goes on: with the worker that still has it, at its time, or at once. Waits went on meanwhile. */
export function resumed(run: Run, by: string, nowMs: number): Run {
  if (run.status !== "PAUSED") throw conflict(`The run is ${run.status}: only a PAUSED run can be resumed.`);
  const held = run.lease !== null && run.lease.untilMs > nowMs;
  const status = held ? "RUNNING" : run.wakeAtMs !== null && run.wakeAtMs > nowMs ? "WAITING" : "PENDING";
  return moved(run, status, nowMs, { type: "resumed", by });
}

/** The run at its end by somebody's wish. A request that is under way cannot be called back; what it came to is told. */
export function cancelled(run: Run, by: string, nowMs: number): Run {
  const next = moved(assertOpen(run, "cancel"), "CANCELLED", nowMs, { type: "cancelled", by });
  return { ...next, lease: null, wakeAtMs: null };
}

/** Where a retry begins: at the step that failed, at the first, or at a named one. */
export type RetryFrom = "failed" | "start" | { step: string };

/** What a retry is to be. `entries` are all of the run's journal. */
export type Retry = {
  from: RetryFrom;
  entries: readonly JournalEntry[];
  definitionVersion: number;
  definition: Definition;
  payloadEdited: boolean;
  by: string;
};

/**
 * The finished run as it begins again at a step. What the steps before put out is kept: each of them has gone well, or has
 * failed where the definition goes on without it, so that nothing is left out and later steps find what they name. The
 * requests of further steps carry new ids, and whoever still works on the run can write nothing more.
 *
 * @throws DomainError `state_conflict` when it has not ended, nothing failed, or a step before would be left out;
 * `validation_failed` for a step that the definition does not have.
 */
export function retried(run: Run, ran: Definition, retry: Retry, nowMs: number): Run {
  if (!isFinished(run))
    throw conflict(`The run is ${run.status}: only a finished run can be retried. Cancel it first.`);
  const { from, entries, definition, definitionVersion, payloadEdited, by } = retry;
  const fromStep = from === "start" ? (definition.steps[0]?.name ?? "") : stepToRetry(run, ran, from, entries);
  const step = definition.steps.findIndex(({ name }) => name === fromStep);
  if (step === -1) {
    const names = definition.steps.map(({ name }) => name).join(", ");
    const message = `version ${definitionVersion} has no step ${fromStep}: it has ${names}`;
    throw new DomainError("validation_failed", `from_step ${message}`, { errors: [{ path: "from_step", message }] });
  }
  assertNoneLeftOut(definition, step, entries);
  const next = moved(run, "PENDING", nowMs, {
    type: "retried",
    by,
    fromStep,
    ranVersion: run.definitionVersion,
    definitionVersion,
    payloadEdited,
  });
  const generation = run.generation + 1;
  const payloadGeneration = payloadEdited ? generation : run.payloadGeneration;
  const anew = { attempt: 1, stepStartedAtMs: null, wakeAtMs: null, lease: null, claims: 0, error: null };
  return { ...next, ...anew, definitionVersion, step, generation, payloadGeneration, fence: run.fence + 1 };
}

function stepToRetry(
  run: Run,
  ran: Definition,
  from: Exclude<RetryFrom, "start">,
  entries: readonly JournalEntry[],
): string {
  if (typeof from === "object") return from.step;
  const failed = ran.steps[run.step]?.name;
  if (failed === undefined || run.status === "SUCCESS") {
    throw conflict(`${whyNoneFailed(run, ran, entries)} Name the step to retry from in from_step, or say from: start.`);
  }
  return failed;
}

function whyNoneFailed({ status }: Run, ran: Definition, entries: readonly JournalEntry[]): string {
  const failed = [...endedResults(entries, ran).values()].filter((result) => result.status === "FAILED");
  if (failed.length === 0) return "No step of the run failed.";
  return `The run is ${status}: it went on without ${listed(failed.map(({ stepName }) => stepName))}, which failed.`;
}

/** A step before the first that neither went well nor may be gone on without would be left out for ever, unseen. */
function assertNoneLeftOut(definition: Definition, first: number, entries: readonly JournalEntry[]): void {
  const { steps } = definition;
  const ended = endedResults(entries, definition);
  const leftOut = steps.slice(0, first).filter(({ name, onError }) => {
    const status = ended.get(name)?.status;
    return status !== "SUCCESS" && !(status === "FAILED" && onError === "continue");
  });
  const [earliest] = leftOut;
  if (earliest === undefined) return;
  const why = leftOut.map(({ name }) => `${name} (${ended.has(name) ? "failed" : "no result"})`);
  const begin = `from_step ${steps[first]?.name} would leave out steps before it: ${listed(why)}.`;
  throw conflict(`${begin} Retry from_step ${earliest.name}, or from: start.`);
}

function listed(names: readonly string[]): string {
  const more = names.length - listedMax;
  return more > 0 ? `${names.slice(0, listedMax).join(", ")} and ${more} more` : names.join(", ");
}

function assertOpen(run: Run, command: string): Run {
  if (isFinished(run)) throw conflict(`The run is ${run.status}: it is too late to ${command} it.`);
  if (run.status === "PAUSED" && command === "pause") throw conflict("The run is PAUSED already.");
  return run;
}

function conflict(message: string): DomainError {
  return new DomainError("state_conflict", message);
}
