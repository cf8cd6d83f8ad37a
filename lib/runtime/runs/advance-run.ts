import type { MessageOf } from "#contract/queue-messages.ts";
import type { Run } from "#domain/run.ts";
import { duenessOf } from "#domain/run-due.ts";
import {
  claimed,
  claimsMax,
  failedRun,
  handedOn,
  type Next,
  proceed,
  type Settled,
  settled,
} from "#domain/run-engine.ts";
import type { Definition, Step } from "#domain/workflow.ts";
import { newWriteId } from "#runtime/identity.ts";
import { logger } from "#runtime/logger.ts";
import type { WorkBudget } from "#runtime/queue.ts";
import { loadDefinition } from "#store/definitions.ts";
import { environment } from "#store/environment.ts";
import type { LoadedRun } from "#store/run-head.ts";
import { findRun, saveRun } from "#store/runs.ts";
import { sendRun } from "./run-message.ts";
import { type Configured, RunScope } from "./run-scope.ts";
import { sendStep } from "./send-step.ts";

/** What a step's attempt needs besides the time of its request: to save what it came to. */
const savingMs = 10_000;
/** A lease outlasts its holder, who is stopped when its invocation's time is over. */
const leaseMarginMs = 15_000;

/**
 * Moves a run on until it rests or time is short. The message is a hint, which may come twice, late, or about a run that
 * somebody else has: a run is claimed before anything is sent for it, and every save stands on what was loaded.
 */
export async function advanceRun(message: MessageOf<"advance_run">, budget: WorkBudget): Promise<void> {
  for (;;) {
    const loaded = await findRun(message.run_id, Date.now());
    if (loaded === null) return;
    const due = duenessOf(loaded.run, environment().LEASE_EPOCH, Date.now());
    if (due.kind === "early") return sendRun(loaded);
    if (due.kind !== "due") return;
    const definition = await loadDefinition(loaded.run.workflowId, loaded.run.definitionVersion);
    if ((await advance(loaded, definition, budget)) === "done") return;
  }
}

/** What an attempt came to that is not saved yet. */
type Unsaved = { step: Step; attempt: Settled };

/** `again`: somebody else changed the run before anything was done for it. */
async function advance(loaded: LoadedRun, definition: Definition, budget: WorkBudget): Promise<"done" | "again"> {
  const scope = new RunScope(definition);
  let standing = loaded;
  let unsaved: Unsaved | null = null;
  for (;;) {
    const told: Run = unsaved === null ? standing.run : settled(standing.run, unsaved.step, unsaved.attempt);
    const reaching = asFarAsItGoes(standing, told, definition, scope);
    const reached: Reached = await (unsaved === null ? reaching : reaching.catch((error) => putOff(told, error)));
    const { run, next, secrets } = reached;
    const target = next.kind === "send" ? taken(run, next.step, definition, budget) : run;
    if (target === standing.run) return "done";
    const outcome = await saveRun(standing, target, { writeId: newWriteId(), requestId: standing.requestId });
    if (!outcome.saved) {
      if (outcome.current === null) return "done"; // erased
      if (unsaved === null) return "again";
      if (outcome.current.run.fence !== standing.run.fence) {
        logger.warn("run taken over", { run_id: standing.run.id, fence: standing.run.fence });
        return "done";
      }
      standing = outcome.current; // paused, cancelled or looked after meanwhile: told again on what stands there
      continue;
    }
    standing = outcome.loaded;
    if (next.kind !== "send" || target.status !== "RUNNING") {
      await sendRun(standing);
      return "done";
    }
    unsaved = { step: next.step, attempt: await sendStep(standing.run, next, secrets, scope) };
  }
}

/** How far a run goes without a request, and the secrets that are in what is to be sent. */
type Reached = { run: Run; next: Next; secrets: ReadonlyMap<string, string> };

/** The run with what was told of it, and no further: what failed after that is to be met again without it. */
function putOff(told: Run, error: unknown): Reached {
  logger.error("step not begun", { run_id: told.id, error: error as Error });
  const run = told.status === "RUNNING" ? handedOn(told, Date.now()) : told;
  return { run, next: { kind: "rest" }, secrets: new Map() };
}

async function asFarAsItGoes(loaded: LoadedRun, from: Run, definition: Definition, scope: RunScope): Promise<Reached> {
  let prepared: Configured | null = null;
  let run = from;
  for (;;) {
    const { run: reached, next } = proceed(run, definition, prepared, Date.now());
    if (next.kind !== "configure") return { run: reached, next, secrets: prepared?.secrets ?? new Map() };
    prepared = await scope.configure(loaded, reached, next.step);
    run = reached;
  }
}

/** The run in this worker's hands; handed on when its time would not do; at its end when it was taken too often. */
function taken(run: Run, step: Step, definition: Definition, budget: WorkBudget): Run {
  const nowMs = Date.now();
  const remainingMs = budget.remainingMs();
  if (run.claims >= claimsMax(definition)) {
    return failedRun(run, `Step ${step.name} was begun ${run.claims} times and never came to an end.`, nowMs);
  }
  if (remainingMs < step.timeoutSeconds * 1000 + savingMs) return handedOn(run, nowMs);
  return claimed(run, { untilMs: nowMs + remainingMs + leaseMarginMs, epoch: environment().LEASE_EPOCH }, nowMs);
}
