import { describe, expect, it } from "vitest";
import {
  assertEnabled,
  assertRoom,
  editedSubscription,
  goneSubscription,
  newSubscription,
  type Subscription,
  type SubscriptionInput,
  subscriptionsMax,
  wants,
  wantsOf,
  withSecret,
} from "#domain/subscription.ts";
import { uuid7 } from "#domain/uuid7.ts";

const now = Date.parse("2026-11-21T09:00:00Z");
const input: SubscriptionInput = { url: "https://example.com/", eventTypes: null, workflowId: null, description: null };
const made = (more: Partial<Subscription> = {}): Subscription => ({
  ...newSubscription(input, uuid7(now, new Uint8Array(10), 0), "first"),
  ...more,
});
const event = { type: "workflow.completed", atMs: now, workflowId: "w" } as const;

describe("wants", () => {
  it("takes every event unless it says otherwise", () => expect(wants(made(), event)).toBe(true));
  it.each<[string, Partial<Subscription>]>([
    ["of another type", { eventTypes: ["workflow.trigger"] }],
    ["of another workflow", { workflowId: "other" }],
    ["while it is disabled", { enabled: false }],
  ])("takes none %s", (_, more) => expect(wants(made(more), event)).toBe(false));
  it("takes none from before it was there", () => {
    expect(wants(made(), { ...event, atMs: now - 1 })).toBe(false);
  });
  it("takes those it names", () => {
    expect(wants(made({ eventTypes: ["step.failed", "workflow.completed"], workflowId: "w" }), event)).toBe(true);
    expect(wantsOf(made({ workflowId: "w" }), "w")).toBe(true);
    expect(wantsOf(made({ workflowId: "w" }), "other")).toBe(false);
  });
});

describe("secrets", () => {
  it("the one before signs as well, until the next rotation", () => {
    const second = withSecret(made(), "second", now + 1);
    expect(second).toMatchObject({
      secrets: { current: "second", previous: "first" },
      version: 2,
      updatedAtMs: now + 1,
    });
    expect(withSecret(second, "third", now).secrets).toEqual({ current: "third", previous: "second" });
  });
  it("stay as they are when the rest changes", () => {
    const second = withSecret(made(), "second", now);
    expect(editedSubscription(second, { ...input, enabled: null }, now).secrets).toEqual(second.secrets);
  });
});

describe("a subscription whose receiver is gone", () => {
  const gone = goneSubscription(made(), now);
  it("is disabled, and says why", () => {
    expect(gone).toMatchObject({ enabled: false, disabledReason: expect.stringContaining("410"), version: 2 });
    expect(() => assertEnabled(gone)).toThrow(expect.objectContaining({ code: "state_conflict" }));
  });
  it("says so until a client enables or disables it", () => {
    expect(editedSubscription(gone, { ...input, enabled: null }, now)).toMatchObject({
      enabled: false,
      disabledReason: gone.disabledReason,
    });
    for (const enabled of [true, false]) {
      expect(editedSubscription(gone, { ...input, enabled }, now)).toMatchObject({ enabled, disabledReason: null });
    }
  });
});

it("there is room for a hundred", () => {
  expect(() => assertRoom(subscriptionsMax - 1)).not.toThrow();
  expect(() => assertRoom(subscriptionsMax)).toThrow(expect.objectContaining({ code: "state_conflict" }));
});
