import { expect, it } from "vitest";
import type { MachineDefinition } from "#domain/machine-definition.ts";
import { machineWarnings } from "#domain/machine-warnings.ts";
import { madeAction, madeDefinition, madeState } from "#test/made-definition.ts";

const { states, actions } = madeDefinition();
const [draft, review, done] = states as [(typeof states)[0], (typeof states)[0], (typeof states)[0]];

const hardlyMeant: [what: string, definition: Partial<MachineDefinition>, warnings: Record<string, string>][] = [
  ["nothing of a sound definition", {}, {}],
  [
    "a state that nothing leads to, and with it what only that leads to",
    {
      states: [...states, madeState("island"), madeState("beach")],
      actions: [...actions, madeAction("swim", ["island"], "beach"), madeAction("rest", ["beach"], "done")],
    },
    { "states.3": "is never reached from the initial state", "states.4": "is never reached from the initial state" },
  ],
  [
    "a state that is not final and has no way out",
    { states: [...states, madeState("stuck")], actions: [...actions, madeAction("stick", ["draft"], "stuck")] },
    { "states.3": "is not final, and no action leads out of it" },
  ],
  [
    "a ring from which no final state is reached",
    {
      states: [...states, madeState("tick"), madeState("tock")],
      actions: [
        ...actions,
        madeAction("wind", ["draft"], "tick"),
        madeAction("a", ["tick"], "tock"),
        madeAction("b", ["tock"], "tick"),
      ],
    },
    { "states.3": "leads to no final state", "states.4": "leads to no final state" },
  ],
  [
    "an action out of a final state",
    { actions: [...actions, madeAction("reopen", ["review", "done"], "draft")] },
    { "actions.2.from_states.1": "names done, which is final: no action leads out of it" },
  ],
  [
    "no final state, once",
    {
      states: [draft, review],
      actions: [madeAction("submit", ["draft"], "review"), madeAction("b", ["review"], "draft")],
    },
    { states: "hold no final state: no instance ever ends" },
  ],
  [
    "an action from nowhere",
    { actions: [...actions, madeAction("idle", [], "done")] },
    { "actions.2.from_states": "is empty: it is never executed" },
  ],
  [
    "actions that time alone leads round in a circle",
    {
      actions: [
        ...actions,
        madeAction("remind", ["draft"], "draft", { afterSeconds: 60 }),
        madeAction("there", ["draft"], "review", { afterSeconds: 90 }),
      ],
    },
    { "actions.2.after": "leads back by time alone: an instance goes round, and costs, for ever" },
  ],
  [
    "a deadline in a final state",
    { states: [draft, review, { ...done, deadline: { afterSeconds: 1, action: null } }] },
    { "states.2.deadline": "is that of a final state, where nothing is overdue" },
  ],
  [
    "a deadline whose action does not lead out of its state",
    { states: [{ ...draft, deadline: { afterSeconds: 1, action: "approve" } }, review, done] },
    { "states.0.deadline.action": "names approve, which does not lead out of this state" },
  ],
];

it.each(hardlyMeant)("tells %s", (_what, definition, warnings) => {
  const told = machineWarnings(madeDefinition(definition));
  expect(Object.fromEntries(told.map(({ path, message }) => [path, message]))).toEqual(warnings);
});

it("an action from every state leads out of each that is not final", () => {
  const cancel = madeAction("cancel", "*", "done");
  expect(
    machineWarnings(madeDefinition({ states: [...states, madeState("stuck")], actions: [...actions, cancel] })),
  ).toEqual([{ path: "states.3", message: "is never reached from the initial state" }]);
});

it("what is disabled counts as if it were not", () => {
  const off = actions.map((action) => ({ ...action, enabled: false }));
  expect(machineWarnings(madeDefinition({ actions: off }))).toEqual([]);
});

it("tells 100 at most", () => {
  const islands = Array.from({ length: 150 }, (_, index) => madeState(`i${index}`));
  expect(machineWarnings(madeDefinition({ states: [...states, ...islands] }))).toHaveLength(100);
});
