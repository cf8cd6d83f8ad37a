import * as z from "zod";
import type { DefinedState } from "#domain/machine-definition.ts";
import { everyState } from "#domain/machine-violations.ts";
import { partDescription, partEnabled, partName, waitField, waitSeconds } from "./machine-part-fields.ts";
import { ownIdField } from "./own-id-field.ts";

const initial = z.boolean().meta({ description: "Where instances start: true for exactly one state." });
const final = z.boolean().meta({ description: "Where instances end: no action leads out of it." });

const deadline = z
  .object({ after: waitField, action: z.string().nullish() })
  .transform((sent) => ({ afterSeconds: sent.after, action: sent.action ?? null }))
  .meta({
    id: "DeadlineInput",
    description:
      "An instance that stays in the state for longer is marked overdue, and `action` is executed if it can be.",
  });

/** A state as a client sends it. */
export const stateInput = z
  .object({
    id: ownIdField("Unique among the states.", "draft").refine(
      (text) => text !== everyState,
      `must not be ${everyState}, which means every state`,
    ),
    name: partName("Draft"),
    is_initial: initial.nullish(),
    is_final: final.nullish(),
    enabled: partEnabled,
    description: partDescription,
    deadline: deadline.nullish(),
  })
  .transform((sent): { part: DefinedState; enabled: boolean | null } => ({
    part: {
      id: sent.id,
      name: sent.name ?? sent.id,
      isInitial: sent.is_initial ?? false,
      isFinal: sent.is_final ?? false,
      enabled: true,
      description: sent.description ?? null,
      deadline: sent.deadline ?? null,
    },
    enabled: sent.enabled ?? null,
  }))
  .meta({ id: "StateInput" });

/** A state of a version, which does not say what is enabled. */
export const versionStateSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    is_initial: initial,
    is_final: final,
    description: z.string().nullable(),
    deadline: z.object({ after: waitSeconds, action: z.string().nullable() }).nullable(),
  })
  .meta({ id: "VersionState" });

/** A state in answers. It can be sent back as it is. */
export const stateSchema = versionStateSchema.extend({ enabled: z.boolean() }).meta({ id: "State" });

/** A state of a version as answers show it. */
export function versionStateView(state: DefinedState): z.input<typeof versionStateSchema> {
  const { id, name, isInitial, isFinal, description, deadline: by } = state;
  return {
    id,
    name,
    is_initial: isInitial,
    is_final: isFinal,
    description,
    deadline: by === null ? null : { after: by.afterSeconds, action: by.action },
  };
}

/** A state as answers show it. */
export function stateView(state: DefinedState): z.input<typeof stateSchema> {
  return { ...versionStateView(state), enabled: state.enabled };
}
