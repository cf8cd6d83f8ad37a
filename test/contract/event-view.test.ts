import { describe, expect, it } from "vitest";
import { eventText, eventView } from "#contract/event-view.ts";
import { eventSchema } from "#contract/events.ts";
import { eventTypeOf, type RunEvent } from "#domain/event.ts";
import type { Happening } from "#domain/journal.ts";
import { madeRun, triggeredMs } from "#test/made-run.ts";

const run = { ...madeRun(), tag: "order-1" };
const step = { step: "a", attempt: 2, startedAtMs: triggeredMs };
const happenings: Happening[] = [
  { type: "attempt_failed", ...step, error: "answered 500", cause: { status: 500 }, retryAtMs: triggeredMs + 9 },
  { type: "step_completed", ...step, output: { value: 1 } },
  { type: "step_failed", ...step, error: "answered 500", continued: true },
  { type: "completed", status: "FAILED", error: "Step a failed" },
  { type: "paused", by: "me" },
  { type: "resumed", by: "me" },
  { type: "cancelled", by: "me" },
  { type: "retried", by: "me", fromStep: "a", ranVersion: 1, definitionVersion: 2, payloadEdited: true },
];
const trigger: RunEvent = { sequence: 1, atMs: triggeredMs, type: "workflow.trigger", entry: null };
const eventOf = (happening: Happening): RunEvent => {
  const at = { sequence: 3, atMs: triggeredMs + 5 };
  return { ...at, type: eventTypeOf[happening.type], entry: { ...at, ...happening } };
};
const bytes = (text: string) => Buffer.byteLength(text);

describe("eventView", () => {
  it.each([trigger, ...happenings.map(eventOf)])("$type has the shape that is documented", (event) => {
    for (const content of [null, { value: {} }, { omitted: true } as const]) {
      const view = eventView(run, event, content);
      expect(eventSchema.parse(view)).toEqual(view);
      expect(view).toMatchObject({ id: `${run.id}_${event.sequence}`, type: event.type, tag: "order-1" });
    }
  });
});

describe("eventText", () => {
  const completed = eventOf({ type: "completed", status: "FAILED", error: "e".repeat(5_000) });

  it("is the whole event where that is short enough", () => {
    const view = eventView(run, trigger, { value: { note: "ä".repeat(100) } });
    expect(JSON.parse(eventText(view, bytes(JSON.stringify(view))))).toEqual(view);
  });

  it.each([
    ["payload", trigger],
    ["output", eventOf({ type: "step_completed", ...step, output: { value: 1 } })],
    ["results", eventOf({ type: "completed", status: "SUCCESS", error: null })],
  ])("leaves out %s, and says so, where it is not", (name, event) => {
    const view = eventView(run, event, { value: { note: "ä".repeat(1_000) } });
    const text = eventText(view, bytes(JSON.stringify(view)) - 1);
    expect(bytes(text)).toBeLessThan(1_000);
    const { data } = JSON.parse(text);
    expect(data).toMatchObject({ [`${name}_omitted`]: true });
    expect(data).not.toHaveProperty(name);
    expect(eventSchema.parse(JSON.parse(text))).toEqual(JSON.parse(text));
  });

  it("cuts an error to its first thousand characters", () => {
    const text = eventText(eventView(run, completed, { value: {} }), 4_000);
    expect(JSON.parse(text).data).toEqual({ status: "FAILED", error: "e".repeat(1_000), results_omitted: true });
  });

  it("is Unicode, whatever a step was answered: a lone surrogate is written as what is no character", () => {
    const done = eventOf({ type: "step_completed", ...step, output: { value: 1 } });
    const value = { "\ud800": ["a\udfffb", "\ud83d\ude00", "\\ud800", '\\\\"\ud83d'] };
    const text = eventText(eventView(run, done, { value }), 4_000);
    const expected = { "\ufffd": ["a\ufffdb", "\ud83d\ude00", "\\ud800", '\\\\"\ufffd'] };
    expect(JSON.parse(text).data.output).toEqual(expected);
    expect(text).not.toMatch(/[^\\]\\ud[89a-f]/);
  });

  it("is never longer than it may be", () => {
    expect(() => eventText(eventView(run, completed, null), 200)).toThrow("longer than 200 bytes");
  });
});
