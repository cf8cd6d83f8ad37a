import * as z from "zod";
import { DomainError } from "#domain/domain-error.ts";
import type { Definition, Workflow } from "#domain/workflow.ts";
import type { NewItem, Write } from "./commit.ts";
import { insertDefinition } from "./definitions.ts";
import { getItem } from "./get-item.ts";
import { type ItemFormat, upgraded } from "./item-format.ts";
import { ownWorkflowIdKey, workflowKey } from "./keys.ts";
import { findByEitherId, idBehind, insertOwnId } from "./own-id.ts";

/** The head of a workflow. What it does is in its definitions. */
const headSchema = z.object({
  sk: z.string(),
  v: z.number().int(),
  w: z.array(z.string()), // write ids of the last versions
  n: z.string(), // name
  i: z.string().optional(), // the caller's own id
  d: z.number().int(), // the newest version of its definition
  e: z.boolean(), // enabled
  a: z.number().optional(), // when it was archived, in milliseconds
  u: z.number(), // when it was written last, in milliseconds
});

const format: ItemFormat = { current: 1, upgrades: {} };

/** A workflow as it was loaded, with what a write on its condition needs. */
export type LoadedWorkflow = { workflow: Workflow; writeIds: string[] };

/** The writes that create a workflow: its head, its first definition and the claim on its own id. All or nothing. */
export function insertWorkflow(workflow: Workflow, definition: Definition): Write[] {
  const { id, ownId } = workflow;
  return [
    { item: headOf(workflow), condition: { absent: true } },
    insertDefinition(workflow, definition),
    ...(ownId === null ? [] : [insertOwnId(ownWorkflowIdKey(ownId), id)]),
  ];
}

/**
 * The writes that replace a loaded workflow by its next version, if it is still the one that was loaded. An archived one
 * gives its own id free.
 *
 * @param definition what it does from now on; null: what it did
 */
export function replaceWorkflow(loaded: LoadedWorkflow, next: Workflow, definition: Definition | null): Write[] {
  const { workflow: before, writeIds } = loaded;
  const freed = next.archivedAtMs !== null && before.archivedAtMs === null ? next.ownId : null;
  return [
    { item: headOf(next), condition: { version: before.version, writeIds } },
    ...(definition === null ? [] : [insertDefinition(next, definition)]),
    ...(freed === null ? [] : [{ remove: ownWorkflowIdKey(freed) }]),
  ];
}

/**
 * Finds a workflow by its id, archived or not, or by the own id of one that is not archived. Reads are consistent: one by
 * id, two by own id. Null when there is none.
 */
export function findWorkflow(idText: string): Promise<LoadedWorkflow | null> {
  return findByEitherId(idText, {
    ownIdKey: ownWorkflowIdKey,
    find: findById,
    isArchived: ({ workflow }) => workflow.archivedAtMs !== null,
  });
}

/** Finds a workflow as `findWorkflow` does. @throws DomainError `resource_not_found` when there is none. */
export async function loadWorkflow(idText: string): Promise<LoadedWorkflow> {
  const loaded = await findWorkflow(idText);
  if (loaded === null) throw new DomainError("resource_not_found", "Workflow not found");
  return loaded;
}

/** The id of the workflow that an own id stands for: one consistent read. Null when it is free. */
export function workflowIdOf(ownId: string): Promise<string | null> {
  return idBehind(ownWorkflowIdKey(ownId));
}

async function findById(id: string): Promise<LoadedWorkflow | null> {
  const item = await getItem(workflowKey(id));
  return item === undefined ? null : parseWorkflow(item);
}

/** Reads an item as a workflow, whatever format it was written in. */
export function parseWorkflow(item: Record<string, unknown>): LoadedWorkflow {
  const head = headSchema.parse(upgraded(format, item));
  const workflow: Workflow = {
    id: head.sk,
    ownId: head.i ?? null,
    name: head.n,
    definitionVersion: head.d,
    enabled: head.e,
    archivedAtMs: head.a ?? null,
    updatedAtMs: head.u,
    version: head.v,
  };
  return { workflow, writeIds: head.w };
}

function headOf(workflow: Workflow): NewItem {
  const { id, ownId, name, definitionVersion, enabled, archivedAtMs, updatedAtMs, version } = workflow;
  return {
    ...workflowKey(id),
    f: format.current,
    v: version,
    n: name,
    ...(ownId === null ? {} : { i: ownId }),
    d: definitionVersion,
    e: enabled,
    ...(archivedAtMs === null ? {} : { a: archivedAtMs }),
    u: updatedAtMs,
  };
}
