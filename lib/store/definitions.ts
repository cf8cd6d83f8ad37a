import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { DomainError } from "#domain/domain-error.ts";
import type { Definition, Workflow } from "#domain/workflow.ts";
import type { Write } from "./commit.ts";
import { getItem } from "./get-item.ts";
import { definitionKey, definitionPartition } from "./keys.ts";
import { table, tableName } from "./table.ts";

const itemSchema = z.object({
  sk: z.string(),
  u: z.number(), // when it was written, in milliseconds
  p: z.string(), // the definition as JSON text
});

/** A version of a workflow's definition, and when it was made. */
export type DefinitionVersion = { definitionVersion: number; definition: Definition; createdAtMs: number };

/** An item may have 400 KB. A body within its limit gets beyond when numbers are written shorter than we keep them: 1e20. */
const textBytesMax = 390 * 1024;

/**
 * The write that stores what the newest version of a workflow says. It joins that of the workflow.
 *
 * @throws DomainError `payload_too_large` for a definition that no item can hold.
 */
export function insertDefinition(workflow: Workflow, definition: Definition): Write {
  const text = JSON.stringify(definition);
  const bytes = Buffer.byteLength(text);
  if (bytes > textBytesMax) {
    throw new DomainError(
      "payload_too_large",
      `Written out, the definition has ${bytes} bytes: at most ${textBytesMax} are stored.`,
    );
  }
  const key = definitionKey(workflow.id, workflow.definitionVersion);
  return { item: { ...key, v: 1, u: workflow.updatedAtMs, p: text }, condition: { absent: true } };
}

/** What was read once: a definition never changes. Bounded by count and by the bytes of their texts; the oldest go first. */
const known = new Map<string, { found: DefinitionVersion; bytes: number }>();
const knownMax = 1_000;
const knownBytesMax = 8 * 1024 * 1024;
let knownBytes = 0;

/**
 * What a version of a workflow says: from memory, or by one consistent read. Whoever gets it must not change it.
 *
 * @throws Error when there is no such version: the workflow or run that names it is wrong.
 */
export async function loadDefinition(workflowId: string, definitionVersion: number): Promise<Definition> {
  const found = await findDefinition(workflowId, definitionVersion);
  if (found === null) throw new Error(`Workflow ${workflowId} has no definition ${definitionVersion}.`);
  return found.definition;
}

/** A version of a workflow's definition, as `loadDefinition` finds it. Null when there is none. */
export async function findDefinition(workflowId: string, definitionVersion: number): Promise<DefinitionVersion | null> {
  const key = definitionKey(workflowId, definitionVersion);
  const cached = known.get(`${key.pk}/${key.sk}`);
  if (cached !== undefined) return cached.found;
  const item = await getItem(key);
  if (item === undefined) return null;
  const found = definitionVersionOf(item);
  keep(`${key.pk}/${key.sk}`, found, Buffer.byteLength(String(item.p)));
  return found;
}

/** Where a page of versions ended: the last one seen (null: none yet), and how many of the newest to skip. */
export const versionPositionSchema = z.object({
  before: z.int().min(1).nullable().default(null),
  skip: z.int().min(0).default(0),
});

type VersionPosition = z.output<typeof versionPositionSchema>;

/**
 * Versions of a workflow's definition, the newest first: at most `limit`, and as many as one read gives, which is about a
 * megabyte. Since none is missing, those to skip are not read.
 */
export async function listDefinitions(
  workflow: Workflow,
  limit: number,
  from: VersionPosition,
): Promise<{ versions: DefinitionVersion[]; next: VersionPosition | null }> {
  const first = (from.before === null ? workflow.definitionVersion : from.before - 1) - from.skip;
  if (first < 1) return { versions: [], next: null };
  const { Items: items = [] } = await table().send(
    new QueryCommand({
      TableName: tableName(),
      KeyConditionExpression: "pk = :pk AND sk <= :sk",
      ExpressionAttributeValues: {
        ":pk": definitionPartition(workflow.id),
        ":sk": definitionKey(workflow.id, first).sk,
      },
      ScanIndexForward: false,
      ConsistentRead: true,
      Limit: limit,
    }),
  );
  const versions = items.map(definitionVersionOf);
  const last = versions.at(-1)?.definitionVersion ?? 1;
  return { versions, next: last > 1 ? { before: last, skip: 0 } : null };
}

function definitionVersionOf(item: Record<string, unknown>): DefinitionVersion {
  const { sk, u, p } = itemSchema.parse(item);
  return { definitionVersion: Number(sk), definition: JSON.parse(p) as Definition, createdAtMs: u };
}

function keep(key: string, found: DefinitionVersion, bytes: number): void {
  knownBytes += bytes - (known.get(key)?.bytes ?? 0); // two who asked at once both come here
  known.set(key, { found, bytes });
  for (const [oldest, entry] of known) {
    if (known.size <= knownMax && knownBytes <= knownBytesMax) return;
    known.delete(oldest);
    knownBytes -= entry.bytes;
  }
}
