import { describe, expect, it } from "vitest";
import { machineViolations } from "#domain/machine-violations.ts";

const draft = { id: "draft", is_initial: true };
const done = { id: "done", is_final: true };
const finish = { id: "finish", from_states: ["draft"], to_state: "done" };

const wrong: [rule: string, body: object, violations: Record<string, string>][] = [
  ["no initial state", { states: [done] }, { states: "must hold exactly one initial state: none is initial" }],
  [
    "a second and a third initial state",
    { states: [draft, { id: "b", is_initial: true }, { id: "c", is_initial: true }] },
    {
      "states.1.is_initial": "is true for states.0 already: exactly one state must be initial",
      "states.2.is_initial": "is true for states.0 already: exactly one state must be initial",
    },
  ],
  [
    "ids that no member of JSON may have",
    {
      states: [draft, { id: "constructor" }],
      actions: [{ id: "__proto__", from_states: ["draft"], to_state: "constructor" }],
    },
    {
      "states.1.id": "must not be constructor, which no JSON member here may be called",
      "actions.0.id": "must not be __proto__, which no JSON member here may be called",
    },
  ],
  ["a state's id twice", { states: [draft, done, done] }, { "states.2.id": "is that of states.1 already" }],
  [
    "an action's id twice",
    { states: [draft, done], actions: [finish, finish] },
    { "actions.1.id": "is that of actions.0 already" },
  ],
  [
    "a from_states that names no state",
    { states: [draft, done], actions: [{ ...finish, from_states: ["draft", "gone"] }] },
    { "actions.0.from_states.1": "names gone, which is no state" },
  ],
  [
    "a to_state that names no state",
    { states: [draft, done], actions: [{ ...finish, to_state: "gone" }] },
    { "actions.0.to_state": "names gone, which is no state" },
  ],
  [
    "every state beside others",
    { states: [draft, done], actions: [{ ...finish, from_states: ["draft", "*"] }] },
    { "actions.0.from_states.1": "means every state: it must stand alone" },
  ],
  [
    "a deadline's action that is none",
    { states: [{ ...draft, deadline: { after: 60, action: "gone" } }, done], actions: [finish] },
    { "states.0.deadline.action": "names gone, which is no action" },
  ],
];

describe("a definition is refused for", () => {
  it.each(wrong)("%s", (_rule, body, violations) => {
    expect(Object.fromEntries(machineViolations(body).map(({ path, message }) => [path, message]))).toEqual(violations);
  });

  it("all of it at once", () => {
    const states = [done, done];
    const actions = [finish, { ...finish, to_state: "gone" }];
    expect(machineViolations({ states, actions }).map(({ path }) => path)).toEqual([
      "states",
      "states.1.id",
      "actions.1.id",
      "actions.0.from_states.0",
      "actions.1.from_states.0",
      "actions.1.to_state",
    ]);
  });
});

describe("a definition is taken", () => {
  it.each([
    ["with its states and actions", { states: [draft, done], actions: [finish] }],
    ["with an action from every state", { states: [draft, done], actions: [{ ...finish, from_states: ["*"] }] }],
    ["with one state and no action", { states: [draft], actions: [] }],
    ["whatever names its states have from JavaScript", { states: [draft, { id: "toString" }, { id: "valueOf" }] }],
  ])("%s", (_what, body) => {
    expect(machineViolations(body)).toEqual([]);
  });
});

it("what has no shape is passed over: that is told elsewhere", () => {
  const shapeless = [null, 1, "text", [], {}, { states: 1 }, { states: [draft], actions: "no" }];
  const parts = [draft, null, 1, [], { id: 1, is_initial: "true" }, { id: {}, deadline: 1 }];
  const actions = [null, 2, { from_states: 1, to_state: [] }, { from_states: [1, null] }];
  for (const body of [...shapeless, { states: parts, actions }]) expect(machineViolations(body)).toEqual([]);
});
