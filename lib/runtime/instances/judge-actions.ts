import type { JudgedActions } from "#contract/instance-view.ts";
import { type GuardVerdict, guardVerdictOf } from "#domain/guard-verdict.ts";
import { type Instance, instanceCreatedAtMs, isFinal } from "#domain/instance.ts";
import { type InstanceRefusal, instanceRefusalOf, type Roles } from "#domain/instance-refusal.ts";
import type { DefinedAction, MachineDefinition } from "#domain/machine-definition.ts";
import type { TemplateScope } from "#domain/template.ts";
import { evaluateConditions } from "#runtime/expressions/evaluate-conditions.ts";
import { limits } from "#runtime/expressions/limits.ts";

/** An instance with what its guards look at. */
export type JudgedInstance = {
  instance: Instance;
  definition: MachineDefinition;
  data: Record<string, unknown>;
};

/** Who would execute actions, with which input, and what the guards of all of them may cost together. */
type Attempt = { roles: Roles; input: unknown; costMax: number };

/**
 * Every action of an instance, with why the caller cannot execute it now. Guards that look at an input are left out, and
 * those that cost too much together are told as not evaluated: `judgeAction` evaluates each.
 */
export function judgeActions(judged: JudgedInstance, roles: Roles): Promise<JudgedActions> {
  const attempt = { roles, input: undefined, costMax: limits.guardsCostMax };
  return judgeTogether(judged, judged.definition.actions, attempt, (guard) => !readsInput(guard));
}

/** Timed actions that are due at one moment, in their order, each with why it cannot be executed by itself. */
export function judgeTimedActions(judged: JudgedInstance, actions: readonly DefinedAction[]): Promise<JudgedActions> {
  return judgeTogether(judged, actions, { roles: "any", input: undefined, costMax: limits.timedGuardsCostMax });
}

/**
 * Why an action cannot be executed on an instance by a caller with an input; null: it can. Its guard is evaluated if
 * nothing else is in its way, and no other's is.
 */
export async function judgeAction(
  judged: JudgedInstance,
  action: DefinedAction,
  roles: Roles,
  input: unknown,
): Promise<InstanceRefusal | null> {
  const [only] = await judgeTogether(judged, [action], { roles, input, costMax: limits.guardsCostMax });
  return only?.refusal ?? null;
}

/** What guards and the payloads of hooks can name. */
export function guardScope({ instance, data }: JudgedInstance, input: unknown): TemplateScope {
  return {
    data,
    input: input ?? {},
    instance: {
      id: instance.ownId ?? instance.id,
      instance_id: instance.id,
      definition_id: instance.machineOwnId ?? instance.machineId,
      definition_version: instance.definitionVersion,
      current_state_id: instance.stateId,
      is_final: isFinal(instance),
      overdue: instance.overdueSinceMs !== null,
      created_at: new Date(instanceCreatedAtMs(instance)).toISOString(),
      entered_at: new Date(instance.enteredAtMs).toISOString(),
      version: instance.version,
    },
  };
}

/** Judges actions by the table and by roles, and those that nothing refuses then by their guards, all in one go. */
async function judgeTogether(
  judged: JudgedInstance,
  actions: readonly DefinedAction[],
  { roles, input, costMax }: Attempt,
  isWanted: (guard: string) => boolean = () => true,
): Promise<JudgedActions> {
  const { definition, instance } = judged;
  const refusalOf = (action: DefinedAction, guard: GuardVerdict | null) =>
    instanceRefusalOf(definition, instance.stateId, action, { roles, guard });
  const guards = actions.flatMap((action) =>
    action.guard !== null && isWanted(action.guard) && refusalOf(action, null) === null ? [action.guard] : [],
  );
  const outcomes = await evaluateConditions(guards, guardScope(judged, input), costMax);
  return actions.map((action) => {
    const outcome = outcomes.get(action.guard ?? "");
    const verdict = outcome === undefined ? null : guardVerdictOf(action, outcome);
    return { action, refusal: refusalOf(action, verdict) };
  });
}

/** A guard that seems to: the name may stand in a text of it, and then the action is told as available too soon. */
function readsInput(guard: string): boolean {
  return /\binput\b/.test(guard);
}
