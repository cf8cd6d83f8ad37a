import * as z from "zod";
import { pageOf, pageParams, timeBound } from "../fields.ts";
import { assigneeField, itemEdit, itemEventSchema, itemInput, itemSchema, itemStatusField } from "../item-fields.ts";
import { defineRoute } from "../route.ts";

const params = z.object({ id: z.string().meta({ description: "The item's id.", override: { format: "uuid" } }) });

export const createItem = defineRoute({
  id: "items.create",
  method: "POST",
  path: "/workflow_items",
  summary: "Create a work item",
  description:
    "Its status is CREATED, whatever is sent. With an `Idempotency-Key` a repeat answers what the first answered.",
  scope: "write",
  body: itemInput,
  answers: {
    201: { description: "Created.", schema: itemSchema, headers: ["ETag", "Location", "Idempotency-Replayed"] },
  },
  errors: [],
  grants: { table: ["GetItem", "PutItem"] },
});

export const getItem = defineRoute({
  id: "items.get",
  method: "GET",
  path: "/workflow_items/{id}",
  summary: "Get a work item",
  scope: "read",
  params,
  answers: { 200: { description: "The item.", schema: itemSchema, headers: ["ETag"] } },
  errors: ["resource_not_found"],
  grants: { table: ["GetItem"] },
});

export const listItems = defineRoute({
  id: "items.list",
  method: "GET",
  path: "/workflow_items",
  summary: "List work items",
  description:
    "By time of creation, or by title, which a `title` to look for brings about by itself. Title, assignee and the status CANCELLED are indexed, one at a time; further filters leave out what they read, within 4 x limit entries, so a page may be short while `next_cursor` is set.",
  scope: "read",
  query: z.object({
    status: itemStatusField("Only this status, in any case.").optional(),
    assignee: assigneeField.optional(),
    title: z
      .string()
      .max(200)
      .refine((text) => text.trim() !== "", "must not be blank")
      .optional()
      .meta({ description: "Only those whose title begins so, whatever the case." }),
    due_before: timeBound("before").optional().meta({ description: "Only what is due at or before this time." }),
    created_after: timeBound("after").optional(),
    created_before: timeBound("before").optional(),
    ...pageParams,
    sort_by: z.enum(["created_at", "title"]).optional().meta({
      description:
        "What to sort by: `title`, the first 32 characters of it, when one is looked for; else `created_at`.",
    }),
    sort_order: z.enum(["asc", "desc"]).optional().meta({
      description: "When not given: the newest first, or titles from A to Z.",
    }),
  }),
  answers: { 200: { description: "A page.", schema: pageOf(itemSchema, "ItemPage"), headers: ["Link"] } },
  errors: ["invalid_cursor"],
  grants: { table: ["GetItem", "BatchGetItem", "Query", "PutItem"], counters: ["Query"] },
});

export const updateItem = defineRoute({
  id: "items.update",
  method: "PUT",
  path: "/workflow_items/{id}",
  summary: "Change a work item",
  description:
    "Changes the members that are present, and makes a version, also when they are as they were. The status may go from CREATED to IN_PROGRESS or CANCELLED, and from IN_PROGRESS to COMPLETED or CANCELLED; the rest of a completed or cancelled item may still change.",
  scope: "write",
  params,
  body: itemEdit,
  answers: { 200: { description: "The item as it is now.", schema: itemSchema, headers: ["ETag"] } },
  errors: ["resource_not_found", "state_conflict"],
  ifMatch: "required",
  grants: { table: ["GetItem", "UpdateItem", "PutItem", "DeleteItem"] },
});

export const deleteItem = defineRoute({
  id: "items.delete",
  method: "DELETE",
  path: "/workflow_items/{id}",
  summary: "Delete a work item",
  description: "With its history, and off the reports.",
  scope: "write",
  params,
  answers: { 204: { description: "Deleted.", schema: null } },
  errors: ["resource_not_found"],
  ifMatch: true,
  grants: { table: ["GetItem", "Query", "UpdateItem", "DeleteItem"] },
});

export const getItemHistory = defineRoute({
  id: "items.history",
  method: "GET",
  path: "/workflow_items/{id}/history",
  summary: "Get what happened to a work item",
  description: "One entry for each version, the first first: who made it, when, and what it changed.",
  scope: "read",
  params,
  query: z.object(pageParams),
  answers: { 200: { description: "A page.", schema: pageOf(itemEventSchema, "ItemHistory"), headers: ["Link"] } },
  errors: ["resource_not_found", "invalid_cursor"],
  grants: { table: ["GetItem", "Query", "PutItem"] },
});

export const itemRoutes = [createItem, listItems, getItem, updateItem, deleteItem, getItemHistory] as const;
