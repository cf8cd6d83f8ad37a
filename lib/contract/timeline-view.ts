import { eventTypeOf } from "#domain/event.ts";
import type { JournalEntry } from "#domain/journal.ts";
import { timeText } from "./fields.ts";
import type { TimelineEntryView } from "./routes/runs.ts";

const nothing = {
  step_name: null,
  attempt: null,
  started_at: null,
  duration_ms: null,
  input: null,
  output: null,
  error: null,
  next_attempt_at: null,
  by: null,
  status: null,
  from_step: null,
  workflow_version: null,
  payload: null,
  payload_edited: null,
  continued: null,
};

/** What the first entry of a timeline tells. `payload` null: it is gone with its run. */
type Trigger = { by: string | null; definitionVersion: number; payload: Record<string, unknown> | null };

/** The first entry of every timeline. */
export function triggerView(startedAtMs: number, { by, definitionVersion, payload }: Trigger): TimelineEntryView {
  const common = { ...nothing, sequence: 1, type: "workflow.trigger", time: timeText(startedAtMs) };
  return { ...common, by, workflow_version: definitionVersion, payload };
}

/** An entry as the timeline shows it. */
export function timelineEntryView(entry: JournalEntry, input: unknown, output: unknown): TimelineEntryView {
  const { sequence, atMs } = entry;
  const common = { ...nothing, sequence, type: eventTypeOf[entry.type], time: timeText(atMs) };
  if (entry.type === "completed") return { ...common, status: entry.status, error: entry.error };
  if (entry.type === "retried") {
    const { by, fromStep, definitionVersion, payloadEdited } = entry;
    return { ...common, by, from_step: fromStep, workflow_version: definitionVersion, payload_edited: payloadEdited };
  }
  if (!("step" in entry)) return { ...common, by: entry.by };
  const { step, attempt, startedAtMs } = entry;
  const ofStep = {
    ...common,
    step_name: step,
    attempt,
    started_at: timeText(startedAtMs),
    duration_ms: atMs - startedAtMs,
    input,
  };
  if (entry.type === "step_completed") return { ...ofStep, output };
  if (entry.type === "step_failed") return { ...ofStep, error: entry.error, continued: entry.continued };
  return { ...ofStep, error: entry.error, next_attempt_at: timeText(entry.retryAtMs) };
}
