import type { MessageOf } from "#contract/queue-messages.ts";
import { allSkipped, type Skip } from "#domain/all-skipped.ts";
import { DomainError } from "#domain/domain-error.ts";
import { timerName } from "#domain/history.ts";
import { type Instance, isFinal, saved, type Timer, timersOf } from "#domain/instance.ts";
import { escalated, executed, timersDone } from "#domain/instance-commands.ts";
import type { DefinedAction } from "#domain/machine-definition.ts";
import { newWriteId } from "#runtime/identity.ts";
import { mayPass } from "#runtime/may-pass.ts";
import { sendRun } from "#runtime/runs/run-message.ts";
import { clearGoneInstance, replaceInstance, saveInstance } from "#store/instances.ts";
import { assertInput } from "./execution-input.ts";
import { type HookRun, hookRun, hookRunId } from "./hook-run.ts";
import { sendInstance } from "./instance-message.ts";
import { type JudgedInstance, judgeTimedActions } from "./judge-actions.ts";
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

/** `executed` false: none of the actions could be executed, and the instance tells so. */
type Tried = { instance: Instance; hook: HookRun | null; executed: boolean };

/** The instance after the timers of one time, and the run that they trigger. The first action that is executed ends them. */
async function timedOut(from: JudgedInstance, dueAtMs: number, nowMs: number): Promise<Tried> {
  const { definition } = from;
  const due = timersOf(from.instance, definition).filter(({ atMs }) => atMs === dueAtMs);
  const actionsOf = (kind: Timer["kind"]) =>
    due.flatMap((timer) => (timer.kind === kind ? definition.actions.filter(({ id }) => id === timer.actionId) : []));
  let tried = await triedInTurn(from, actionsOf("action"), nowMs);
  if (!tried.executed && due.some(({ kind }) => kind === "deadline")) {
    const isOverdue = tried.instance.overdueSinceMs !== null;
    const instance = isOverdue ? tried.instance : escalated(tried.instance, dueAtMs, nowMs);
    tried = await triedInTurn({ ...from, instance }, actionsOf("deadline"), nowMs);
  }
  return tried.executed ? tried : { ...tried, instance: timersDone(tried.instance, definition, dueAtMs) };
}

/** The instance after actions were tried one after another, up to the first that is executed. */
async function triedInTurn(from: JudgedInstance, actions: readonly DefinedAction[], nowMs: number): Promise<Tried> {
  const skips: Skip[] = [];
  const afterSkips = () => allSkipped(from.instance, skips, nowMs);
  for (const { action, refusal } of await judgeTimedActions(from, actions)) {
    const tried = refusal ?? (await executedByTimer({ ...from, instance: afterSkips() }, action, nowMs));
    if ("executed" in tried) return tried;
    skips.push({ actionId: action.id, reason: tried.message });
  }
  return { instance: afterSkips(), hook: null, executed: false };
}

/** An action executed by itself, whatever roles it needs of people; or why its hook does not let it be. */
async function executedByTimer(
  from: JudgedInstance,
  action: DefinedAction,
  nowMs: number,
): Promise<Tried | { message: string }> {
  try {
    assertInput(action, undefined);
    const execution = { by: timerName, comment: null, details: null, runId: hookRunId(action, nowMs) };
    const instance = executed(from.instance, from.definition, action, execution, nowMs);
    const hook = await hookRun({ ...from, instance: saved(instance) }, action, undefined, execution.runId);
    return { instance, hook, executed: true };
  } catch (error) {
    if (error instanceof DomainError && !mayPass(error)) return { message: error.message };
    throw error;
  }
}
