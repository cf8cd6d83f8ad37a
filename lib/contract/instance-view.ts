import { type HistoryEntry, timerName } from "#domain/history.ts";
import { type Instance, instanceCreatedAtMs, instanceExpiresAtMs, isFinal } from "#domain/instance.ts";
import type { InstanceRefusal } from "#domain/instance-refusal.ts";
import type { DefinedAction } from "#domain/machine-definition.ts";
import { timeText } from "./fields.ts";
import type {
  AvailableActionView,
  BlockedActionView,
  HistoryEntryView,
  InstanceActionsView,
  InstanceSummaryView,
  InstanceView,
} from "./instance-fields.ts";
import { actionView } from "./machine-action-fields.ts";

/** The actions of an instance's definition, each with why it cannot be executed now; null: it can. */
export type JudgedActions = readonly { action: DefinedAction; refusal: InstanceRefusal | null }[];

/** An instance as lists show it. */
export function instanceSummaryView(instance: Instance): InstanceSummaryView {
  return {
    id: shownId(instance),
    instance_id: instance.id,
    definition_id: instance.machineOwnId ?? instance.machineId,
    definition_uuid: instance.machineId,
    definition_version: instance.definitionVersion,
    current_state_id: instance.stateId,
    is_final: isFinal(instance),
    due_at: timeOrNull(instance.dueAtMs),
    overdue: instance.overdueSinceMs !== null,
    overdue_since: timeOrNull(instance.overdueSinceMs),
    created_at: timeText(instanceCreatedAtMs(instance)),
    updated_at: timeText(instance.updatedAtMs),
    expires_at: timeOrNull(instanceExpiresAtMs(instance)),
    version: instance.version,
  };
}

/** An instance with what can be done to it, and what was done. */
export function instanceView(
  instance: Instance,
  shown: { actions: JudgedActions; executed: readonly HistoryEntry[]; data: Record<string, unknown> },
): InstanceView {
  return {
    ...instanceSummaryView(instance),
    ...actionsViews(shown.actions),
    history: shown.executed.flatMap((entry) => (entry.type === "executed" ? [executedView(entry)] : [])),
    data: shown.data,
  };
}

/** What can be done to an instance. */
export function instanceActionsView(instance: Instance, actions: JudgedActions): InstanceActionsView {
  return {
    instance_id: shownId(instance),
    current_state_id: instance.stateId,
    is_final: isFinal(instance),
    ...actionsViews(actions),
    version: instance.version,
  };
}

/** An entry of the whole history. */
export function historyEntryView(entry: HistoryEntry): HistoryEntryView {
  const common = {
    sequence: entry.sequence,
    type: entry.type,
    timestamp: timeText(entry.atMs),
    version: entry.version,
    action_id: null,
    from_state_id: null,
    to_state_id: null,
    by: "by" in entry ? entry.by : timerName,
    comment: null,
    input: null,
    data: null,
    run_id: null,
    reason: null,
    from_version: null,
    to_version: null,
  };
  switch (entry.type) {
    case "executed": {
      const { action_id, from_state_id, to_state_id, comment } = executedView(entry);
      const { details, runId: run_id } = entry;
      const told = { input: details?.input ?? null, data: details?.data ?? null, run_id };
      return { ...common, action_id, from_state_id, to_state_id, comment, ...told };
    }
    case "commented":
      return { ...common, comment: entry.comment };
    case "migrated": {
      const { fromVersion, toVersion, fromStateId, toStateId } = entry;
      const versions = { from_version: fromVersion, to_version: toVersion };
      return { ...common, ...versions, from_state_id: fromStateId, to_state_id: toStateId };
    }
    case "escalated":
      return { ...common, from_state_id: entry.stateId };
    case "skipped":
      return { ...common, action_id: entry.actionId, from_state_id: entry.stateId, reason: entry.reason };
  }
}

function executedView(entry: Extract<HistoryEntry, { type: "executed" }>): InstanceView["history"][number] {
  return {
    action_id: entry.actionId,
    timestamp: timeText(entry.atMs),
    from_state_id: entry.fromStateId,
    to_state_id: entry.toStateId,
    by: entry.by,
    comment: entry.comment,
    version: entry.version,
  };
}

function actionsViews(actions: JudgedActions): {
  available_actions: AvailableActionView[];
  blocked_actions: BlockedActionView[];
} {
  return {
    available_actions: actions.flatMap(({ action, refusal }) => (refusal === null ? [actionView(action)] : [])),
    blocked_actions: actions.flatMap(({ action, refusal }) =>
      refusal === null ? [] : [{ ...actionView(action), reason: refusal.reason, message: refusal.message }],
    ),
  };
}

function shownId({ id, ownId }: Instance): string {
  return ownId ?? id;
}

function timeOrNull(timeMs: number | null): string | null {
  return timeMs === null ? null : timeText(timeMs);
}
