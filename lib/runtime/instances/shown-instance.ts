import type { InstanceView } from "#contract/instance-fields.ts";
import { instanceView } from "#contract/instance-view.ts";
import type { Roles } from "#domain/instance-refusal.ts";
import { readNewestActions } from "#store/history.ts";
import type { LoadedInstance } from "#store/instance-head.ts";
import { type JudgedInstance, judgeActions } from "./judge-actions.ts";

/** How many executed actions an instance is shown with. */
const actionsShownMax = 50;

/** An instance that is started just now as a caller is shown it: nothing happened to it yet. */
export async function shownNew(judgedNew: JudgedInstance, roles: Roles): Promise<InstanceView> {
  const { instance, data } = judgedNew;
  return instanceView(instance, { actions: await judgeActions(judgedNew, roles), executed: [], data });
}

/** An instance as a caller is shown it. Of the history, what is not in the head is read. */
export async function shownInstance(
  loaded: LoadedInstance,
  { instance, definition, data }: JudgedInstance,
  roles: Roles,
): Promise<InstanceView> {
  const [actions, executed] = await Promise.all([
    judgeActions({ instance, definition, data }, roles),
    readNewestActions({ ...loaded, instance }, actionsShownMax),
  ]);
  return instanceView(instance, { actions, executed, data });
}
