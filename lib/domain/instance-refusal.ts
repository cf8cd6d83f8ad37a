import type { GuardVerdict } from "./guard-verdict.ts";
import { type RefusalReason, refusalOf } from "./machine.ts";
import type { DefinedAction, MachineDefinition } from "./machine-definition.ts";

/** The names of what a caller is: scopes and claims. "any": access is open, so everybody may do everything. */
export type Roles = readonly string[] | "any";

/** Why an action cannot be executed on an instance, by the table, by who asks, or by its guard. */
export type InstanceRefusal = { reason: RefusalReason | "role_missing" | "guard_not_met"; message: string };

/**
 * Why an action cannot be executed now; null: it can. What the table refuses is told first, then a missing role, then the
 * guard.
 *
 * @param guard what the action's guard came to; null: it has none, or its verdict is not wanted
 */
export function instanceRefusalOf(
  definition: MachineDefinition,
  stateId: string,
  action: DefinedAction,
  { roles, guard }: { roles: Roles; guard: GuardVerdict | null },
): InstanceRefusal | null {
  const refusal = refusalOf(definition, stateId, action) ?? roleRefusalOf(action, roles);
  if (refusal !== null) return refusal;
  return guard === null || guard.met ? null : { reason: "guard_not_met", message: guard.message };
}

function roleRefusalOf(action: DefinedAction, roles: Roles): InstanceRefusal | null {
  if (action.roles.length === 0 || roles === "any" || action.roles.some((role) => roles.includes(role))) return null;
  const message = `Action ${action.id} needs one of the roles ${action.roles.join(", ")}.`;
  return { reason: "role_missing", message };
}
