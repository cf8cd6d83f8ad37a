import * as z from "zod";
import type { ToldEvent } from "#domain/item-history.ts";
import { advised } from "#domain/violation-message.ts";
import { itemCreatedAtMs, itemStatuses, parseItemStatus, type WorkItem } from "#domain/work-item.ts";
import { instantField, nameField, timeField, timeText } from "./fields.ts";

const titleLengthMax = 200;
const descriptionLengthMax = 10_000;

const title = z
  .string()
  .refine((text) => text.trim() !== "", { message: "must not be blank", abort: true })
  .refine((text) => [...text].length <= titleLengthMax, { message: `must be at most ${titleLengthMax} characters` })
  .meta({
    description: "Kept as it is sent.",
    examples: ["Prepare the invoice"],
    override: { minLength: 1, maxLength: titleLengthMax },
  });
const description = z
  .string()
  .refine((text) => [...text].length <= descriptionLengthMax, {
    message: `must be at most ${descriptionLengthMax} characters`,
  })
  .meta({ override: { maxLength: descriptionLengthMax } });
/** Who has a work item to do. */
export const assigneeField = nameField("Who has it to do.", "ada@example.com");
const dueAt = instantField(
  "must be an RFC 3339 time that exists, such as 2026-12-24T18:00:00Z",
  ({ timeMs }) => timeMs,
).meta({ description: "When it is due.", examples: ["2026-12-24T18:00:00Z"] });

/** A status in any case. */
export function itemStatusField(about: string) {
  const advice = `must be one of ${itemStatuses.join(", ")}`;
  return z
    .string({ error: advised(advice) })
    .transform((text, context) => {
      const status = parseItemStatus(text);
      if (status !== null) return status;
      context.addIssue({ code: "custom", message: advice });
      return z.NEVER;
    })
    .meta({ description: about, override: { type: "string", enum: [...itemStatuses] } });
}

/** What a client says of a work item. A status is not taken: every item begins as CREATED. */
export const itemInput = z
  .object({ title, description: description.nullish(), assignee: assigneeField.nullish(), due_at: dueAt.nullish() })
  .transform(({ due_at = null, description: text = null, assignee = null, ...input }) => ({
    ...input,
    description: text,
    assignee,
    dueAtMs: due_at,
  }))
  .meta({ id: "ItemInput", examples: [{ title: "Prepare the invoice", description: "For the order 12345" }] });

/** What a client wants changed: what is left out stays, null takes off. */
export const itemEdit = z
  .object({
    title: title.optional(),
    description: description.nullish(),
    status: itemStatusField("In any case. The one it has is no move.").optional(),
    assignee: assigneeField.nullish(),
    due_at: dueAt.nullish(),
  })
  .transform(({ due_at, ...change }) => present({ ...change, dueAtMs: due_at }))
  .meta({ id: "ItemEdit", examples: [{ status: "IN_PROGRESS" }] });

/** An object without the members that are undefined. */
function present<Value extends object>(value: Value): { [Name in keyof Value]?: Exclude<Value[Name], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as never;
}

/** The body of a work item in answers. */
export const itemSchema = z
  .object({
    id: z.uuid(),
    title: z.string(),
    description: z.string().nullable(),
    status: z.enum(itemStatuses),
    assignee: z.string().nullable(),
    due_at: timeField.nullable(),
    version: z.int().min(1),
    created_at: timeField,
    updated_at: timeField,
    status_updated_at: timeField.meta({ description: "Since when it has its status." }),
  })
  .meta({ id: "Item" });

/** A work item as answers show it. */
export function itemView(item: WorkItem): z.input<typeof itemSchema> {
  return {
    id: item.id,
    title: item.title,
    description: item.description,
    status: item.status,
    assignee: item.assignee,
    due_at: textOf(item.dueAtMs),
    version: item.version,
    created_at: timeText(itemCreatedAtMs(item)),
    updated_at: timeText(item.updatedAtMs),
    status_updated_at: timeText(item.statusSinceMs),
  };
}

/** An entry of a work item's history in answers. */
export const itemEventSchema = z
  .object({
    version: z.int().min(1).meta({ description: "The version that it made." }),
    time: timeField,
    by: z.string().meta({ description: "Who: the id of a key or token, or `anonymous`." }),
    action: z.enum(["create", "update", "start", "complete", "cancel"]),
    from_status: z.enum(itemStatuses).nullable().meta({ description: "Null for the first." }),
    to_status: z.enum(itemStatuses),
    changes: z
      .array(
        z.object({
          member: z.enum(["title", "description", "assignee", "due_at"]),
          from: z.string().nullable(),
          to: z.string().nullable(),
        }),
      )
      .meta({
        description:
          "Other members that got another value. A description is named whenever it was sent, without its texts.",
      }),
  })
  .meta({ id: "ItemEvent" });

/** An entry of a history as answers show it. */
export function itemEventView(event: ToldEvent): z.input<typeof itemEventSchema> {
  return {
    version: event.version,
    time: timeText(event.atMs),
    by: event.by,
    action: event.action,
    from_status: event.fromStatus,
    to_status: event.toStatus,
    changes: event.changes.map(({ member, from, to }) => ({ member, from: textOf(from), to: textOf(to) })),
  };
}

function textOf(value: string | number | null): string | null {
  return typeof value === "number" ? timeText(value) : value;
}
