/** What happened to an instance. */
export type InstanceHappening =
  | {
      type: "executed";
      actionId: string;
      fromStateId: string;
      toStateId: string;
      by: string;
      comment: string | null;
      details: ExecutionDetails | null;
      /** The run that the action's hook triggered; null: it has no hook. */
      runId: string | null;
    }
  | { type: "commented"; by: string; comment: string }
  | { type: "migrated"; by: string; fromVersion: number; toVersion: number; fromStateId: string; toStateId: string }
  /** It stayed in a state for longer than the state's deadline. */
  | { type: "escalated"; stateId: string }
  /** The time of a timed action came, and the action was refused. */
  | { type: "skipped"; actionId: string; stateId: string; reason: string };

/** What came with an execution: the action's input, and the members of `data` that it set. Null: none came. */
export type ExecutionDetails = { input: unknown; data: Record<string, unknown> | null };

/** A happening with its place: the first is 1, and `version` is that of the instance which it led to. */
export type HistoryEntry = { sequence: number; version: number; atMs: number } & InstanceHappening;

/** What happened to an instance so far. `tail` are the newest entries; those before them are stored apart. */
export type History = { count: number; tail: readonly HistoryEntry[] };

/** The history of an instance that was just started: a start is no entry, the instance itself says it. */
export const emptyHistory: History = { count: 0, tail: [] };

/** The history with one more entry. */
export function recorded(history: History, version: number, atMs: number, happening: InstanceHappening): History {
  const sequence = history.count + 1;
  return { count: sequence, tail: [...history.tail, { sequence, version, atMs, ...happening }] };
}

/** Who executes what happens by itself. */
export const timerName = "timer";
