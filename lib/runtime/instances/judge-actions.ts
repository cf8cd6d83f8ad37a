import type { JudgedActions } from "#contract/instance-view.ts";
import { type Instance, instanceCreatedAtMs, isFinal } from "#domain/instance.ts";
import { type GuardVerdict, type InstanceRefusal, instanceRefusalOf, type Roles } from "#domain/instance-refusal.ts";
import type { DefinedAction, MachineDefinition } from "#domain/machine-definition.ts";
import type { TemplateScope } from "#domain/template.ts";
import { evaluate } from "#runtime/expressions/evaluate.ts";

/** An instance with what its guards look at. */
export type JudgedInstance = {
  instance: Instance;
  definition: MachineDefinition;
  data: Record<string, unknown>;
};

/** Every action of an instance, with why the caller cannot execute it now. Guards that look at an input are left out. */
export function judgeActions(judged: JudgedInstance, roles: Roles): Promise<JudgedActions> {
  return Promise.all(
    judged.definition.actions.map(async (action) => {
      const waits = action.guard !== null && readsInput(action.guard);
      const refusal = waits ? withoutGuard(judged, action, roles) : await judgeAction(judged, action, roles, undefined);
      return { action, refusal };
    }),
  );
}

/**
 * Why an action cannot be executed on an instance by a caller with an input; null: it can. Its guard is evaluated if
 * nothing else is in its way.
 */
export async function judgeAction(
  judged: JudgedInstance,
  action: DefinedAction,
  roles: Roles,
  input: unknown,
): Promise<InstanceRefusal | null> {
  const refusal = withoutGuard(judged, action, roles);
  if (refusal !== null || action.guard === null) return refusal;
  const guard = await verdictOf(action, action.guard, guardScope(judged, input));
  return instanceRefusalOf(judged.definition, judged.instance.stateId, action, { roles, guard });
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

function withoutGuard({ instance, definition }: JudgedInstance, action: DefinedAction, roles: Roles) {
  return instanceRefusalOf(definition, instance.stateId, action, { roles, guard: null });
}

async function verdictOf({ id }: DefinedAction, guard: string, scope: TemplateScope): Promise<GuardVerdict> {
  const evaluated = await evaluate(guard, scope);
  if (!evaluated.ok)
    return { met: false, message: `The guard of action ${id} gives no answer: it ${evaluated.reason}.` };
  if (evaluated.value === true) return { met: true };
  return { met: false, message: `The guard of action ${id} is not met: ${guard}` };
}

/** A guard that seems to: the name may stand in a text of it, and then the action is told as available too soon. */
function readsInput(guard: string): boolean {
  return /\binput\b/.test(guard);
}
