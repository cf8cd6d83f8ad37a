import type { MessageOf } from "#contract/queue-messages.ts";
import { isFinished, type Run } from "#domain/run.ts";
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
import { mayPass } from "#runtime/may-pass.ts";
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
/** What the expressions of a step may take on a slow machine, and saving it. With less time left what is done is saved first. */
const configuringMs = 20_000;
/** A lease outlasts its holder, who is stopped when its invocation's time is over. */
const leaseMarginMs = 15_000;

/**
 * Moves a run on until it rests or time is short. The message is a hint, which may come twice, late, or about a run that
 * somebody else has: a run is claimed before anything is sent for it, and every save stands on what was loaded.
 *
 * @throws what failed, so that the message comes again. A run that it would fail on for ever is ended: at the last delivery,
 * or at once where another try would send a request again.
 */
export async function advanceRun(message: MessageOf<"advance_run">, budget: WorkBudget): Promise<void> {
  for (;;) {
    const loaded = await findRun(message.run_id, Date.now());
    if (loaded === null) return;
    const due = duenessOf(loaded.run, environment().LEASE_EPOCH, Date.now());
    if (due.kind === "early") return sendRun(loaded);
    if (due.kind !== "due") return;
    const held: Held = { standing: loaded, unsaved: null };
    try {
      if ((await advance(held, budget)) === "done") return;
    } catch (error) {
      const isOver = budget.isLastDelivery || held.unsaved !== null;
      if (isOver && !mayPass(error)) await giveUp(held.standing, error);
      throw error;
    }
  }
}

/** A run in this worker's hands: as it stands in the table, and what an attempt came to that is not saved yet. */
type Held = { standing: LoadedRun; unsaved: { step: Step; attempt: Settled } | null };

/** `again`: somebody else changed the run before anything was done for it. */
async function advance(held: Held, budget: WorkBudget): Promise<"done" | "again"> {
  const { workflowId, definitionVersion } = held.standing.run;
  const definition = await loadDefinition(workflowId, definitionVersion);
  const scope = new RunScope(definition);
  for (;;) {
    const { standing, unsaved } = held;
    const told: Run = unsaved === null ? standing.run : settled(standing.run, unsaved.step, unsaved.attempt);
    const reaching = asFarAsItGoes(standing, told, definition, scope, budget);
    const { run, next, secrets } = await (unsaved === null ? reaching : reaching.catch((error) => putOff(told, error)));
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
      held.standing = outcome.current; // paused, cancelled or looked after meanwhile: told again on what stands there
      continue;
    }
    held.standing = outcome.loaded;
    held.unsaved = null;
    if (next.kind !== "send" || target.status !== "RUNNING") {
      await sendRun(held.standing);
      return "done";
    }
    held.unsaved = { step: next.step, attempt: await sendStep(held.standing.run, next, secrets, scope) };
  }
}

/** Ends a run that the worker failed on for good, as long as nobody else has taken it. */
async function giveUp(held: LoadedRun, error: unknown): Promise<void> {
  const name = error instanceof Error ? error.name : "unknown";
  const why = `The service fails on this run, and would again (${name}): its log says more. Retry it once that is mended.`;
  for (let standing: LoadedRun | null = held; standing?.run.fence === held.run.fence && !isFinished(standing.run); ) {
    const by = { writeId: newWriteId(), requestId: standing.requestId };
    const outcome = await saveRun(standing, failedRun(standing.run, why, Date.now()), by);
    standing = outcome.saved ? null : outcome.current;
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

async function asFarAsItGoes(
  loaded: LoadedRun,
  from: Run,
  definition: Definition,
  scope: RunScope,
  budget: WorkBudget,
): Promise<Reached> {
  let prepared: Configured | null = null;
  let run = from;
  for (;;) {
    const { run: reached, next } = proceed(run, definition, prepared, Date.now());
    if (next.kind !== "configure") return { run: reached, next, secrets: prepared?.secrets ?? new Map() };
    if (reached !== loaded.run && budget.remainingMs() < configuringMs) {
      return { run: handedOn(reached, Date.now()), next: { kind: "rest" }, secrets: new Map() };
    }
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
