import { type Instance, isFinal, saved } from "#domain/instance.ts";
import type { ApiRequest } from "#runtime/api-request.ts";
import type { HttpAnswer } from "#runtime/http-answer.ts";
import { newWriteId } from "#runtime/identity.ts";
import { sendRun } from "#runtime/runs/run-message.ts";
import { commit } from "#store/commit.ts";
import type { LoadedInstance } from "#store/instance-head.ts";
import { replaceInstance } from "#store/instances.ts";
import type { HookRun } from "./hook-run.ts";
import { instanceAnswer } from "./instance-answer.ts";
import { sendInstance } from "./instance-message.ts";
import type { JudgedInstance } from "./judge-actions.ts";
import { noteEnd } from "./note-end.ts";
import { shownInstance } from "./shown-instance.ts";

/** What a command makes of an instance. `data` null: as they were. `hook` null: no run is triggered. */
export type Changed = {
  instance: Instance;
  definition: JudgedInstance["definition"];
  data: Record<string, unknown> | null;
  hook: HookRun | null;
};

/**
 * Saves what a command made of a loaded instance, on the version that was read, and answers with the instance as it is then.
 *
 * @param answerOf the answer; the instance itself when left out
 */
export async function changeInstance(
  request: ApiRequest,
  loaded: LoadedInstance,
  before: JudgedInstance,
  { instance: next, definition, data, hook }: Changed,
  answerOf: (view: Awaited<ReturnType<typeof shownInstance>>) => HttpAnswer = (view) => instanceAnswer(200, view),
): Promise<HttpAnswer> {
  const instance = saved(next);
  const { first, writes } = replaceInstance(loaded, next, data);
  const after = { instance, definition, data: data ?? before.data };
  const answer = answerOf(await shownInstance(loaded, after, request.caller.roles));
  if (first !== null) await commit([first], { writeId: newWriteId(), requestId: request.requestId });
  const committed = await request.commit(answer, [...writes, ...(hook?.writes ?? [])]);
  if (instance.dueAtMs !== loaded.instance.dueAtMs) await sendInstance(instance, request.requestId);
  if (hook !== null) await sendRun({ run: hook.run, requestId: request.requestId });
  if (isFinal(instance) && !isFinal(loaded.instance)) await noteEnd(instance);
  return committed;
}
