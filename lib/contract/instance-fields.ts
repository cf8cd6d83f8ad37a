import * as z from "zod";
import { timeField } from "./fields.ts";
import { actionSchema } from "./machine-action-fields.ts";

const commentLengthMax = 2_000;

export const commentField = z
  .string()
  .refine((text) => text.trim() !== "", { message: "must not be blank", abort: true })
  .refine((text) => [...text].length <= commentLengthMax, `must be at most ${commentLengthMax} characters`)
  .meta({
    description: "Why, in words.",
    examples: ["Looks good."],
    override: { minLength: 1, maxLength: commentLengthMax },
  });

const blockedAction = actionSchema
  .extend({
    reason: z
      .enum([
        "final_state",
        "wrong_state",
        "state_disabled",
        "action_disabled",
        "target_disabled",
        "role_missing",
        "guard_not_met",
      ])
      .meta({ description: "The first of several that applies." }),
    message: z.string(),
  })
  .meta({ id: "BlockedAction" });

const executedAction = z
  .object({
    action_id: z.string(),
    timestamp: timeField,
    from_state_id: z.string(),
    to_state_id: z.string(),
    by: z.string().meta({ description: "The caller; `timer` for what happened by itself." }),
    comment: z.string().nullable(),
    version: z.int().min(1).meta({ description: "The version of the instance that it led to." }),
  })
  .meta({ id: "ExecutedAction" });

/** An entry of an instance's whole history. */
export const historyEntrySchema = z
  .object({
    sequence: z.int().min(1),
    type: z.enum(["executed", "commented", "migrated", "escalated", "skipped"]).meta({
      description:
        "`escalated`: the deadline of the state passed; `skipped`: a timed action was refused when its time came, for `reason`.",
    }),
    timestamp: timeField,
    version: z.int().min(1).meta({ description: "The version of the instance that it led to." }),
    action_id: z.string().nullable(),
    from_state_id: z.string().nullable(),
    to_state_id: z.string().nullable(),
    by: z.string(),
    comment: z.string().nullable(),
    input: z.unknown().meta({ description: "What the action was executed with; null: nothing." }),
    data: z
      .record(z.string(), z.unknown())
      .nullable()
      .meta({ description: "The members of the instance's data that the execution set." }),
    run_id: z.uuid().nullable().meta({ description: "The run that the action's hook triggered." }),
    reason: z.string().nullable(),
    from_version: z.int().nullable().meta({ description: "Of a migration: versions of the definition." }),
    to_version: z.int().nullable(),
  })
  .meta({ id: "HistoryEntry" });

export type HistoryEntryView = z.input<typeof historyEntrySchema>;

const summaryMembers = {
  id: z.string().meta({ description: "The instance's own id when it was given one, else its `instance_id`." }),
  instance_id: z.uuid(),
  definition_id: z
    .string()
    .meta({ description: "The definition's own id when it has one, else the id that was made for it." }),
  definition_uuid: z.uuid().meta({
    description:
      "The id that was made for the definition, its `definition_id`. It stands for this one, also when another takes its own id after it was deleted.",
  }),
  definition_version: z.int().min(1),
  current_state_id: z.string(),
  is_final: z.boolean(),
  due_at: timeField.nullable().meta({ description: "When the next timed action or the deadline of the state is due." }),
  overdue: z.boolean().meta({ description: "True while it stays in a state whose deadline has passed." }),
  overdue_since: timeField.nullable(),
  created_at: timeField,
  updated_at: timeField,
  expires_at: timeField.nullable(),
  version: z.int().min(1),
};

/** An instance as lists show it. */
export const instanceSummarySchema = z.object(summaryMembers).meta({ id: "InstanceSummary" });

/** The body of an instance in answers. */
export const instanceSchema = z
  .object({
    ...summaryMembers,
    available_actions: z.array(actionSchema),
    blocked_actions: z.array(blockedAction).meta({ description: "All others, each with why it cannot be executed." }),
    history: z.array(executedAction).meta({ description: "The newest 50 executed actions, the oldest of them first." }),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: "Instance" });

/** The actions of an instance in answers. */
export const instanceActionsSchema = z
  .object({
    instance_id: z.string(),
    current_state_id: z.string(),
    is_final: z.boolean(),
    available_actions: z.array(actionSchema),
    blocked_actions: z.array(blockedAction),
    version: z.int().min(1),
  })
  .meta({ id: "InstanceActions" });

/** What a migration comes to, or would. */
export const migrationSchema = z
  .object({
    dry_run: z.boolean(),
    changed: z.boolean().meta({ description: "False where the instance goes by that version already." }),
    from_version: z.int().min(1),
    to_version: z.int().min(1),
    from_state_id: z.string(),
    to_state_id: z.string(),
    instance: instanceSchema.meta({ description: "The instance as it is now, or as it would be." }),
    version: z.int().min(1),
  })
  .meta({ id: "Migration" });

export type InstanceView = z.input<typeof instanceSchema>;
export type InstanceSummaryView = z.input<typeof instanceSummarySchema>;
export type InstanceActionsView = z.input<typeof instanceActionsSchema>;
export type AvailableActionView = z.input<typeof actionSchema>;
export type BlockedActionView = z.input<typeof blockedAction>;
