import { describe, expect, it } from "vitest";
import { archivedMachine, editedMachine, newMachine, switchedMachine } from "#domain/machine-commands.ts";
import { asSwitched, type MachineDefinition } from "#domain/machine-definition.ts";
import { uuid7 } from "#domain/uuid7.ts";
import { madeDefinition, madeState } from "#test/made-definition.ts";

const createdAtMs = Date.parse("2026-11-21T09:30:00Z");
const later = createdAtMs + 60_000;
const id = uuid7(createdAtMs, new Uint8Array(10), 0);
const definition = madeDefinition();
const asItIs = { states: [], actions: [] };
const machine = newMachine({ definition, switches: asItIs }, id, "approval");
const other = madeDefinition({ name: "Other", states: [...definition.states, madeState("late")] });
const conflict = expect.objectContaining({ code: "state_conflict" });

describe("a machine", () => {
  it("begins at version 1 with its first definition, at the time that is in its id", () => {
    expect(machine).toEqual({
      id,
      ownId: "approval",
      name: "Approval",
      definitionVersion: 1,
      disabled: { states: [], actions: [] },
      archivedAtMs: null,
      updatedAtMs: createdAtMs,
      version: 1,
    });
  });

  it("begins with what is to be disabled", () => {
    const switches = {
      states: [["review", false]],
      actions: [
        ["submit", true],
        ["approve", false],
      ],
    } as const;
    expect(newMachine({ definition, switches }, id, null).disabled).toEqual({
      states: ["review"],
      actions: ["approve"],
    });
  });

  it("gets the next version of its definition, and its name, by an edit", () => {
    expect(editedMachine(machine, definition, { definition: other, switches: asItIs }, later)).toEqual({
      machine: { ...machine, name: "Other", definitionVersion: 2, updatedAtMs: later, version: 2 },
      definition: other,
    });
  });

  it("stays as it is by an edit that says what it says, in whatever order", () => {
    const same = Object.fromEntries(Object.entries(definition).reverse()) as MachineDefinition;
    const switches = { states: [["draft", true]], actions: [["submit", true]] } as const;
    expect(editedMachine(machine, definition, { definition: same, switches }, later)).toBeNull();
  });

  it("is switched by an edit without a version of its definition, where that is all the edit changes", () => {
    const switches = { states: [], actions: [["submit", false]] } as const;
    expect(editedMachine(machine, definition, { definition, switches }, later)).toEqual({
      machine: { ...machine, disabled: { states: [], actions: ["submit"] }, updatedAtMs: later, version: 2 },
      definition: null,
    });
  });

  it("keeps disabled what an edit does not speak of, and what it leaves out", () => {
    const off = { ...machine, disabled: { states: ["review"], actions: ["approve"] } };
    const without = madeDefinition({ actions: [] });
    const edited = editedMachine(off, definition, { definition: without, switches: asItIs }, later);
    expect(edited?.machine.disabled).toEqual(off.disabled);
  });

  it("is switched once: again changes nothing", () => {
    const off = switchedMachine(machine, { states: [], actions: [["approve", false]] }, later);
    expect(off).toEqual({
      ...machine,
      disabled: { states: [], actions: ["approve"] },
      updatedAtMs: later,
      version: 2,
    });
    expect(off && switchedMachine(off, { states: [], actions: [["approve", false]] }, later)).toBeNull();
    expect(off && switchedMachine(off, { states: [], actions: [["approve", true]] }, later)?.disabled).toEqual(asItIs);
  });

  it("has 1,000 disabled parts at most", () => {
    const ids = Array.from({ length: 1_000 }, (_, index) => [`s${index}`, false] as const);
    const full = switchedMachine(machine, { states: ids, actions: [] }, later) ?? machine;
    expect(full.disabled.states).toHaveLength(1_000);
    expect(() => switchedMachine(full, { states: [], actions: [["one_more", false]] }, later)).toThrow(conflict);
  });

  it("is archived once, and is changed no more after that", () => {
    const gone = archivedMachine(machine, later);
    expect(gone).toEqual({ ...machine, archivedAtMs: later, updatedAtMs: later, version: 2 });
    const once = gone ?? machine;
    expect(archivedMachine(once, later + 1)).toBeNull();
    expect(() => editedMachine(once, definition, { definition, switches: asItIs }, later)).toThrow(conflict);
    expect(() => switchedMachine(once, asItIs, later)).toThrow(conflict);
  });
});

it("what is disabled is so in every version, and what it does not name is enabled", () => {
  for (const version of [definition, other]) {
    const now = asSwitched(version, { states: ["review", "gone"], actions: ["submit"] });
    expect(now.states.filter(({ enabled }) => !enabled).map((state) => state.id)).toEqual(["review"]);
    expect(now.actions.filter(({ enabled }) => !enabled).map((action) => action.id)).toEqual(["submit"]);
  }
});
