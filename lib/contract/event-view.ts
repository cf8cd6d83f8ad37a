import { eventIdOf, type RunEvent } from "#domain/event.ts";
import type { JournalEntry } from "#domain/journal.ts";
import type { Run } from "#domain/run.ts";
import type { EventView } from "./events.ts";
import { timeText } from "./fields.ts";
import type { ShownOutput } from "./run-view.ts";

/** Of an error that is too long for its event, so much is told. */
const errorLengthMax = 1_000;

/**
 * An event as it is told.
 *
 * @param run as it was once the event was saved
 * @param content what is long of it: the payload of a trigger, the output of a step, the results of a run; null where it
 * has none
 */
export function eventView(run: Run, event: RunEvent, content: ShownOutput | null): EventView {
  const { sequence, atMs, type, entry } = event;
  const view = {
    id: eventIdOf(run.id, sequence),
    type,
    time: timeText(atMs),
    sequence,
    run_id: run.id,
    workflow_id: run.workflowId,
    workflow_version: run.definitionVersion,
    tag: run.tag,
    status: run.status,
    data: { ...(entry === null ? {} : dataOf(entry)), ...shown(contentNames[type], content) },
  };
  return view as EventView; // a type has its own data: the compiler cannot follow it through both tables
}

/**
 * An event as JSON text of at most so many bytes: what is long of it is left out where it must be. It is Unicode throughout
 * (RFC 7493): of an output that is not, some receivers, and perhaps a bus, would take nothing at all.
 *
 * @throws Error when even that is too long.
 */
export function eventText(view: EventView, bytesMax: number): string {
  const whole = unicodeText(view);
  if (Buffer.byteLength(whole) <= bytesMax) return whole;
  const name = contentNames[view.type];
  const data: Record<string, unknown> = { ...view.data, ...shown(name, { omitted: true }) };
  if (name !== undefined) delete data[name];
  if (typeof data.error === "string") data.error = data.error.slice(0, errorLengthMax);
  const text = unicodeText({ ...view, data });
  if (Buffer.byteLength(text) > bytesMax) throw new Error(`Event ${view.id} is longer than ${bytesMax} bytes.`);
  return text;
}

/** JSON, in which lone surrogates, which are written as escapes, are what a reader makes of what is no character. */
function unicodeText(value: unknown): string {
  const text = JSON.stringify(value);
  if (!text.includes("\\ud")) return text;
  return text.replace(/\\(?:u(d[89a-f])[0-9a-f]{2}|.)/g, (whole, surrogate) => (surrogate ? "\\ufffd" : whole));
}

/** The member of an event's data that may be long. */
const contentNames: Readonly<Partial<Record<EventView["type"], string>>> = {
  "workflow.trigger": "payload",
  "workflow.completed": "results",
  "step.completed": "output",
};

function shown(name: string | undefined, content: ShownOutput | null): Record<string, unknown> {
  if (name === undefined || content === null) return {};
  return "value" in content ? { [name]: content.value } : { [`${name}_omitted`]: true };
}

function dataOf(entry: JournalEntry): Record<string, unknown> {
  switch (entry.type) {
    case "completed":
      return { status: entry.status, error: entry.error };
    case "paused":
    case "resumed":
    case "cancelled":
      return { by: entry.by };
    case "retried": {
      const { by, fromStep, definitionVersion, payloadEdited } = entry;
      return { by, from_step: fromStep, workflow_version: definitionVersion, payload_edited: payloadEdited };
    }
  }
  const { step, attempt, startedAtMs, atMs } = entry;
  const ofStep = { step_name: step, attempt, started_at: timeText(startedAtMs), duration_ms: atMs - startedAtMs };
  if (entry.type === "step_completed") return ofStep;
  if (entry.type === "step_failed") return { ...ofStep, error: entry.error, continued: entry.continued };
  return { ...ofStep, error: entry.error, next_attempt_at: timeText(entry.retryAtMs) };
}
