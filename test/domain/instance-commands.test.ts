import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DomainError } from "#domain/domain-error.ts";
import { type Instance, isFinal, newInstance, nextTimerAtMs, saved, stateOf, timersOf } from "#domain/instance.ts";
import { commented, escalated, executed, migrated, skipped, timersDone } from "#domain/instance-commands.ts";
import { instanceRefusalOf } from "#domain/instance-refusal.ts";
import { allowedActions } from "#domain/machine.ts";
import type { DefinedAction, DefinedState, MachineDefinition } from "#domain/machine-definition.ts";
import { uuid7 } from "#domain/uuid7.ts";

const startedMs = Date.parse("2026-11-21T09:00:00Z");
const id = uuid7(startedMs, new Uint8Array(10).fill(7), 1);
const machine = { id: uuid7(startedMs, new Uint8Array(10), 0), ownId: "made", definitionVersion: 1 };

function madeState(stateId: string, more: Partial<DefinedState> = {}): DefinedState {
  const plain = { isInitial: false, isFinal: false, enabled: true, description: null, deadline: null };
  return { id: stateId, name: stateId, ...plain, ...more };
}

function madeAction(actionId: string, from: readonly string[] | "*", to: string, more: Partial<DefinedAction> = {}) {
  const plain = { guard: null, inputSchema: null, roles: [], afterSeconds: null, hook: null };
  const common = { name: actionId, enabled: true, description: null };
  return { id: actionId, fromStates: from, toState: to, ...common, ...plain, ...more };
}

function madeDefinition(states: DefinedState[], actions: DefinedAction[]): MachineDefinition {
  return { name: "made", description: null, states, actions, instancesKeptDays: 30 };
}

const approval = madeDefinition(
  [
    madeState("draft", { isInitial: true, deadline: { afterSeconds: 60, action: "remind" } }),
    madeState("review"),
    madeState("done", { isFinal: true }),
    madeState("off", { enabled: false }),
  ],
  [
    madeAction("submit", ["draft"], "review"),
    madeAction("remind", ["draft"], "draft", { afterSeconds: 30 }),
    madeAction("approve", ["review"], "done", { roles: ["approver"] }),
    madeAction("park", "*", "off"),
    madeAction("old", "*", "review", { enabled: false }),
  ],
);
const execution = { by: "me", comment: null, details: null, runId: null };
const started = () => newInstance({ id, ownId: null }, machine, approval);
const actionOf = (actionId: string, of = approval) => of.actions.find((each) => each.id === actionId) as DefinedAction;
const moved = (instance: Instance, actionId: string, nowMs = startedMs) =>
  saved(executed(instance, approval, actionOf(actionId), execution, nowMs));

describe("an instance", () => {
  it("starts in the initial state, with its first timer ahead", () => {
    expect(started()).toMatchObject({ stateId: "draft", version: 1, dueAtMs: startedMs + 30_000, finishedAtMs: null });
  });

  it("is finished in a final state, from which nothing leads", () => {
    const done = moved(moved(started(), "submit"), "approve", startedMs + 5);
    expect(done).toMatchObject({
      stateId: "done",
      finishedAtMs: startedMs + 5,
      keptDays: 30,
      dueAtMs: null,
      version: 3,
    });
    for (const { id: actionId } of approval.actions) {
      expect(() => moved(done, actionId)).toThrow(
        new DomainError("state_conflict", "State done is final: no action leads out of it."),
      );
    }
  });

  it.each([
    ["approve", "wrong_state", "Action approve leads from review, not from draft."],
    ["old", "action_disabled", "Action old is disabled."],
    ["park", "target_disabled", "State off, where it leads, is disabled."],
  ])("refuses %s: %s", (actionId, reason, message) => {
    const refusal = instanceRefusalOf(approval, "draft", actionOf(actionId), { roles: "any", guard: null });
    expect(refusal).toEqual({ reason, message });
    expect(() => moved(started(), actionId)).toThrow(message);
  });

  it("refuses who has none of an action's roles, and then whom its guard refuses", () => {
    const judge = (roles: string[], guard: { met: false; message: string } | null) =>
      instanceRefusalOf(approval, "review", actionOf("approve"), { roles, guard })?.reason ?? null;
    const unmet = { met: false, message: "not met" } as const;
    expect([judge([], unmet), judge(["approver"], unmet), judge(["approver"], null)]).toEqual([
      "role_missing",
      "guard_not_met",
      null,
    ]);
  });
});

describe("timers", () => {
  it("count from the moment the state was entered, and a move into the same state begins them anew", () => {
    const again = moved(started(), "remind", startedMs + 10_000);
    expect(timersOf(again, approval).map(({ atMs }) => atMs - startedMs)).toEqual([40_000, 70_000]);
    expect(again.dueAtMs).toBe(startedMs + 40_000);
  });

  it("are done once each, however long the instance stays", () => {
    let instance = started();
    const seen: (number | null)[] = [];
    while (instance.dueAtMs !== null) {
      seen.push(instance.dueAtMs - startedMs);
      instance = saved(timersDone(instance, approval, instance.dueAtMs));
    }
    expect(seen).toEqual([30_000, 60_000]);
  });

  it("a deadline that passes marks the instance overdue until it leaves the state, and is told", () => {
    const late = saved(escalated(started(), startedMs + 60_000, startedMs + 61_000));
    expect(late).toMatchObject({ overdueSinceMs: startedMs + 60_000, version: 2 });
    expect(late.history.tail).toEqual([
      { sequence: 1, version: 2, atMs: startedMs + 61_000, type: "escalated", stateId: "draft" },
    ]);
    expect(moved(late, "submit").overdueSinceMs).toBeNull();
  });
});

describe("migration", () => {
  const renamed = madeDefinition(
    [madeState("new", { isInitial: true, deadline: { afterSeconds: 90, action: null } }), madeState("review")],
    [madeAction("submit", ["new"], "review")],
  );
  const migrate = (instance: Instance, stateMap: Record<string, string>) =>
    migrated(instance, approval, { version: 2, definition: renamed, stateMap }, "me", startedMs + 5_000);

  it("keeps the state of the same name, or takes the one that stands for it, with the time it has been there", () => {
    const mapped = migrate(started(), { draft: "new" });
    expect(mapped).toMatchObject({ stateId: "new", definitionVersion: 2, enteredAtMs: startedMs });
    expect(mapped.dueAtMs).toBe(startedMs + 90_000);
    expect(migrate(moved(started(), "submit"), {}).stateId).toBe("review");
  });

  it("refuses a state without a counterpart, one that leads nowhere, and a finished instance", () => {
    expect(() => migrate(started(), {})).toThrow("Version 2 has no state draft");
    expect(() => migrate(started(), { draft: "nowhere" })).toThrow(DomainError);
    expect(() => migrate(moved(moved(started(), "submit"), "approve"), {})).toThrow("final state done");
  });

  it("does not do again what was due before where the timers are the same, and loses none where they are not", () => {
    const late = timersDone(escalated(started(), startedMs + 60_000, startedMs), approval, startedMs + 100_000);
    const same = { version: 2, definition: approval, stateMap: {} };
    expect(migrated(late, approval, same, "me", startedMs + 200_000).dueAtMs).toBeNull();
    expect(migrate(late, { draft: "new" }).dueAtMs).toBe(startedMs + 90_000);
  });

  it("leaves overdue what is so by the new deadline alone", () => {
    const late = escalated(started(), startedMs + 60_000, startedMs + 60_000);
    const to = { version: 2, definition: renamed, stateMap: { draft: "new" } };
    expect(migrated(late, approval, to, "me", startedMs + 80_000).overdueSinceMs).toBeNull();
    expect(migrated(late, approval, to, "me", startedMs + 95_000).overdueSinceMs).toBe(startedMs + 60_000);
  });

  it("leads into no disabled state, but leaves an instance in its own", () => {
    const off = madeDefinition(
      renamed.states.map((each) => ({ ...each, enabled: false })),
      [],
    );
    const to = (stateMap: Record<string, string>) => ({ version: 2, definition: off, stateMap });
    expect(() => migrated(started(), approval, to({ draft: "new" }), "me", startedMs)).toThrow("State new is disabled");
    expect(migrated(moved(started(), "submit"), approval, to({}), "me", startedMs).stateId).toBe("review");
  });
});

/** Definitions of a few states and actions, some of them disabled, timed or with a deadline. */
const definitions = fc
  .integer({ min: 1, max: 5 })
  .chain((count) => {
    const ids = Array.from({ length: count }, (_, at) => `s${at}`);
    const stateId = fc.constantFrom(...ids);
    const seconds = fc.option(fc.integer({ min: 1, max: 100 }), { nil: null });
    const state = fc.record({ isFinal: fc.boolean(), enabled: fc.boolean(), deadline: seconds });
    const from = fc.oneof(fc.constant("*" as const), fc.uniqueArray(stateId));
    const action = fc.record({ from, to: stateId, enabled: fc.boolean(), afterSeconds: seconds });
    return fc.record({
      states: fc.array(state, { minLength: count, maxLength: count }),
      actions: fc.array(action, { maxLength: 8 }),
    });
  })
  .map(({ states, actions }) =>
    madeDefinition(
      states.map(({ deadline, ...more }, at) =>
        madeState(`s${at}`, {
          ...more,
          isInitial: at === 0,
          deadline: deadline === null ? null : { afterSeconds: deadline, action: null },
        }),
      ),
      actions.map(({ from, to, ...more }, at) => madeAction(`a${at}`, from, to, more)),
    ),
  );
const commands = fc.array(
  fc.record({
    kind: fc.constantFrom("execute", "execute", "execute", "comment", "timer", "skip", "migrate"),
    action: fc.nat(8),
    laterMs: fc.nat(50_000),
  }),
  { maxLength: 40 },
);

describe("any sequence of commands on any definition", () => {
  it("never leaves the table of moves; versions are contiguous, the history complete, timers ahead", () => {
    fc.assert(
      fc.property(definitions, definitions, commands, (first, second, sequence) => {
        let definition = first;
        let instance = newInstance({ id, ownId: null }, machine, definition);
        let nowMs = startedMs;
        let actions = 0;
        for (const { kind, action: at, laterMs } of sequence) {
          nowMs += laterMs;
          const action = definition.actions[at];
          const before = instance;
          const allowed = action !== undefined && allowedActions(definition, before.stateId).includes(action);
          if (kind === "execute" && action !== undefined) {
            const execute = () => saved(executed(before, definition, action, execution, nowMs));
            if (!allowed) {
              expect(execute).toThrow(DomainError);
              continue;
            }
            instance = execute();
            actions++;
            expect(instance.stateId).toBe(action.toState);
            expect(isFinal(instance)).toBe(stateOf(definition, action.toState).isFinal);
          } else if (kind === "comment") instance = saved(commented(before, "me", "hm", nowMs));
          else if (kind === "skip") instance = saved(skipped(before, "a0", "no", nowMs));
          else if (kind === "migrate") {
            const target = definition === first ? second : first;
            const mapped = target.states[at % target.states.length]?.id ?? "";
            const to = { version: before.version + 1, definition: target, stateMap: { [before.stateId]: mapped } };
            const migrate = () => saved(migrated(before, definition, to, "me", nowMs));
            if (isFinal(before) || (mapped !== before.stateId && !stateOf(target, mapped).enabled)) {
              expect(migrate).toThrow(DomainError);
              continue;
            }
            instance = migrate();
            definition = target;
            expect(instance).toMatchObject({ stateId: mapped, definitionVersion: to.version });
            expect(isFinal(instance)).toBe(stateOf(target, mapped).isFinal);
          } else if (kind === "timer" && before.dueAtMs !== null && before.dueAtMs <= nowMs) {
            const late = escalated(before, before.dueAtMs, nowMs);
            instance = saved(timersDone(late, definition, before.dueAtMs));
          } else continue;
          expect(instance.version).toBe(before.version + 1);
          expect(instance.history.tail.at(-1)?.version).toBe(instance.version);
          expect(instance.dueAtMs).toBe(nextTimerAtMs(instance, definition));
        }
        const { count, tail } = instance.history;
        expect(tail.map((entry) => entry.sequence)).toEqual(Array.from({ length: count }, (_, at) => at + 1));
        expect(tail.filter(({ type }) => type === "executed")).toHaveLength(actions);
        let stateId = "s0";
        for (const entry of tail) {
          if (entry.type !== "executed" && entry.type !== "migrated") continue;
          expect(entry.fromStateId).toBe(stateId);
          stateId = entry.toStateId;
        }
        expect(stateId).toBe(instance.stateId);
      }),
      { numRuns: 500 },
    );
  });
});
