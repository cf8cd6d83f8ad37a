import { GetCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { indexes, ttlAttribute } from "#contract/table-schema.ts";
import { DomainError } from "#domain/domain-error.ts";
import type { ProcessJob } from "#domain/process-job.ts";
import { parseUuid } from "#domain/uuid7.ts";
import type { Write } from "./commit.ts";
import { environment } from "./environment.ts";
import { dueBound, dueSortKey, jobKey, shardNames, shardPartition } from "./keys.ts";
import { table, tableName } from "./table.ts";

/** A running job that has not been saved for this long is overdue: the sweep sends it again. */
const overdueAfterMs = 60_000;
const completedKeptSeconds = 7 * 86_400;

const itemSchema = z.object({
  sk: z.string(),
  v: z.number(),
  w: z.array(z.string()),
  q: z.string(),
  s: z.enum(["running", "completed"]),
  u: z.number(),
  job: z.string(), // what the job is about, as JSON text
});

const stateSchema = z.object({
  filters: z.object({
    category: z.string().nullable(),
    source: z.string().nullable(),
    createdAfterMs: z.number().nullable(),
    createdBeforeMs: z.number(),
  }),
  next: z.array(z.string()),
  position: z.unknown(),
  counts: z.object({ processed: z.number(), failed: z.number(), skipped: z.number() }),
});

/** A job as it was loaded, with what a write on its condition needs and the request that began or moved it. */
export type LoadedJob = { job: ProcessJob; writeIds: string[]; requestId: string };

/** The write that creates a job. */
export function insertJob(job: ProcessJob): Write {
  return { item: itemOf(job), condition: { absent: true } };
}

/** The write that replaces a loaded job by its next version, if it is still the one that was loaded. */
export function replaceJob(loaded: LoadedJob, next: ProcessJob): Write {
  return { item: itemOf(next), condition: { version: loaded.job.version, writeIds: loaded.writeIds } };
}

/**
 * Loads a job: one consistent read.
 *
 * @throws DomainError `resource_not_found` when there is none with this id.
 */
export async function loadJob(idText: string): Promise<LoadedJob> {
  const id = parseUuid(idText);
  const command = (key: string) => new GetCommand({ TableName: tableName(), Key: jobKey(key), ConsistentRead: true });
  const { Item: item } = id === null ? {} : await table().send(command(id));
  if (item === undefined) throw new DomainError("resource_not_found", "Job not found");
  const { sk, v, w, q, s, u, job } = itemSchema.parse(item);
  const { position = null, ...state } = stateSchema.parse(JSON.parse(job));
  return { job: { id: sk, status: s, updatedAtMs: u, version: v, position, ...state }, writeIds: w, requestId: q };
}

/** The ids of running jobs that are overdue, at most `limit` of each shard: one small read of the sparse index a shard. */
export async function overdueJobIds(nowMs: number, limit: number): Promise<string[]> {
  const ids = await Promise.all(
    shardNames(environment().SHARDS).map(async (shard) => {
      const { Items: items = [] } = await table().send(
        new QueryCommand({
          TableName: tableName(),
          IndexName: indexes.rare.name,
          KeyConditionExpression: "pk = :pk AND r < :bound",
          ExpressionAttributeValues: { ":pk": shardPartition("job", shard), ":bound": dueBound(nowMs) },
          Limit: limit,
        }),
      );
      return items.map((item) => String(item.sk));
    }),
  );
  return ids.flat();
}

function itemOf(job: ProcessJob): Write["item"] {
  const { id, status, updatedAtMs, version, ...state } = job;
  const lifetime =
    status === "running"
      ? { r: dueSortKey(updatedAtMs + overdueAfterMs, id) }
      : { [ttlAttribute]: Math.floor(updatedAtMs / 1000) + completedKeptSeconds };
  return { ...jobKey(id), v: version, s: status, u: updatedAtMs, job: JSON.stringify(state), ...lifetime };
}
