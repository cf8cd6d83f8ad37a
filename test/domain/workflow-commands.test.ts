import { describe, expect, it } from "vitest";
import type { DomainError } from "#domain/domain-error.ts";
import { uuid7 } from "#domain/uuid7.ts";
import { type Definition, stepDefaults } from "#domain/workflow.ts";
import { archived, edited, newWorkflow, switched } from "#domain/workflow-commands.ts";

const createdAtMs = Date.parse("2026-11-21T09:30:00Z");
const later = createdAtMs + 60_000;
const id = uuid7(createdAtMs, new Uint8Array(10), 0);
const definition: Definition = {
  name: "Demo",
  description: null,
  steps: [{ name: "wait", type: "delay", config: { duration: 2 }, ...stepDefaults }],
  inputSchema: null,
  runsKeptDays: null,
};
const workflow = newWorkflow({ definition, enabled: true }, id, "demo");
const gone = archived(workflow, later);
const conflict = expect.objectContaining({ code: "state_conflict" });

/** What a command throws. */
function refusal(command: () => unknown): DomainError | null {
  try {
    command();
    return null;
  } catch (error) {
    return error as DomainError;
  }
}

describe("a workflow", () => {
  it("begins at version 1 with its first definition, at the time that is in its id", () => {
    expect(workflow).toEqual({
      id,
      ownId: "demo",
      name: "Demo",
      definitionVersion: 1,
      enabled: true,
      archivedAtMs: null,
      updatedAtMs: createdAtMs,
      version: 1,
    });
  });

  it("gets the next version of its definition, and its name, by an edit", () => {
    const next = { ...definition, name: "Other" };
    expect(edited(workflow, definition, { definition: next, enabled: null }, later)).toEqual({
      workflow: { ...workflow, name: "Other", definitionVersion: 2, updatedAtMs: later, version: 2 },
      definition: next,
    });
  });

  it("stays as it is by an edit that says what it says, in whatever order", () => {
    const same = Object.fromEntries(Object.entries(definition).reverse()) as Definition;
    for (const enabled of [null, true]) {
      expect(edited(workflow, definition, { definition: same, enabled }, later)).toBeNull();
    }
  });

  it("is switched by an edit without a version of its definition, where that is all the edit changes", () => {
    expect(edited(workflow, definition, { definition, enabled: false }, later)).toEqual({
      workflow: { ...workflow, enabled: false, updatedAtMs: later, version: 2 },
      definition: null,
    });
  });

  it("is switched once: again changes nothing", () => {
    const off = switched(workflow, false, later);
    expect(off).toEqual({ ...workflow, enabled: false, updatedAtMs: later, version: 2 });
    expect(off && switched(off, false, later)).toBeNull();
    expect(switched(workflow, true, later)).toBeNull();
  });

  it("is archived once: again changes nothing", () => {
    expect(gone).toEqual({ ...workflow, archivedAtMs: later, updatedAtMs: later, version: 2 });
    expect(gone && archived(gone, later + 1)).toBeNull();
  });

  it("is changed no more once it is archived, not even to what it is", () => {
    const once = gone ?? workflow;
    expect(refusal(() => edited(once, definition, { definition, enabled: null }, later))).toEqual(conflict);
    expect(refusal(() => switched(once, true, later))).toEqual(conflict);
    expect(refusal(() => switched(once, false, later))).toEqual(conflict);
  });
});
