import type { MessageOf } from "#contract/queue-messages.ts";
import { DomainError } from "#domain/domain-error.ts";
import { timerName } from "#domain/history.ts";
import { type Instance, isFinal, saved, timersOf } from "#domain/instance.ts";
import { escalated, executed, skipped, timersDone } from "#domain/instance-commands.ts";
import type { DefinedAction } from "#domain/machine-definition.ts";
import { newWriteId } from "#runtime/identity.ts";
import { sendRun } from "#runtime/runs/run-message.ts";
import { clearGoneInstance, replaceInstance, saveInstance } from "#store/instances.ts";
import { assertInput } from "./execution-input.ts";
import { type HookRun, hookRun, hookRunId } from "./hook-run.ts";
import { sendInstance } from "./instance-message.ts";
import { type JudgedInstance, judgeAction } from "./judge-actions.ts";
import { findJudged } from "./load-judged.ts";
import { noteEnd } from "./note-end.ts";

/** A message that is early by less than this comes from a clock that differs from ours. */
const earlyMsMax = 1_000;

/**
 * Does what time has made due for an instance: its timed actions and its deadline, one after another. The message is a hint,
 * which may come twice, late or early: every save stands on what was loaded. Whoever made the next timer due sends its one
 * message, so one that is early is a former timer's, and ends here. Of an instance that is gone it clears away what is left.
 */
export async function advanceInstance({ instance_id: id, request_id }: MessageOf<"advance_instance">): Promise<void> {
  for (;;) {
    const nowMs = Date.now();
    const found = await findJudged(id, nowMs);
    if (found === null) {
      await clearGoneInstance(id, nowMs, { writeId: newWriteId(), requestId: request_id });
      return;
    }
    const { loaded, judged } = found;
    const { dueAtMs } = loaded.instance;
    if (dueAtMs === null || isFinal(loaded.instance)) return;
    if (dueAtMs > nowMs) {
      if (dueAtMs - nowMs <= earlyMsMax) await sendInstance(loaded.instance, request_id);
      return;
    }
    const { instance, hook } = await timedOut(judged, dueAtMs, nowMs);
    const by = { writeId: newWriteId(), requestId: request_id };
    const committed = await saveInstance(replaceInstance(loaded, instance, null), hook?.writes ?? [], by);
    if (!committed) continue; // somebody else changed it: told again on what stands there
    if (hook !== null) await sendRun({ run: hook.run, requestId: request_id });
    if (isFinal(instance)) await noteEnd(instance);
    if (instance.dueAtMs === null || instance.dueAtMs > nowMs) return sendInstance(instance, request_id);
  }
}

type TimedOut = { instance: Instance; hook: HookRun | null };

/** The instance after the timers of one time, and the run that they trigger. The first action that is executed ends them. */
async function timedOut(from: JudgedInstance, dueAtMs: number, nowMs: number): Promise<TimedOut> {
  const { definition } = from;
  let { instance } = from;
  for (const { atMs, kind, actionId } of timersOf(instance, definition)) {
    if (atMs !== dueAtMs) continue;
    if (kind === "deadline" && instance.overdueSinceMs === null) instance = escalated(instance, atMs, nowMs);
    const action = definition.actions.find(({ id }) => id === actionId);
    if (action === undefined) continue;
    const tried = await executedByTimer({ ...from, instance }, action, nowMs);
    if (tried.executed) return tried;
    instance = tried.instance;
  }
  return { instance: timersDone(instance, definition, dueAtMs), hook: null };
}

/** An action executed by itself, whatever roles it needs of people; told as skipped where it is refused. */
async function executedByTimer(
  from: JudgedInstance,
  action: DefinedAction,
  nowMs: number,
): Promise<TimedOut & { executed: boolean }> {
  const { instance, definition } = from;
  const refusal = await judgeAction(from, action, "any", undefined);
  const refused = (reason: string) => {
    return { instance: skipped(instance, action.id, reason, nowMs), hook: null, executed: false };
  };
  if (refusal !== null) return refused(refusal.message);
  try {
    assertInput(action, undefined);
    const execution = { by: timerName, comment: null, details: null, runId: hookRunId(action, nowMs) };
    const next = executed(instance, definition, action, execution, nowMs);
    const hook = await hookRun({ ...from, instance: saved(next) }, action, undefined, execution.runId);
    return { instance: next, hook, executed: true };
  } catch (error) {
    if (error instanceof DomainError) return refused(error.message);
    throw error;
  }
}
