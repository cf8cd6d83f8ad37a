import type { DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import { environment } from "#store/environment.ts";
import { keepPoison } from "#store/poison.ts";
import { itemOfImage } from "#store/stream-image.ts";
import { logger } from "./logger.ts";
import { countMetrics } from "./metrics.ts";

/** One change of one item. `expired` tells DynamoDB's own deletion (TTL) from a person's. */
export type ItemChange = {
  sequenceNumber: string;
  createdSeconds: number;
  pk: string;
  /** The request that wrote the item, or the one before for a deletion. */
  requestId: string;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
  expired: boolean;
};

/** A stream batch. The window's members are there because the mapping has a tumbling window. */
type StreamEvent = DynamoDBStreamEvent & { shardId?: string };

/** What a mapping with a tumbling window wants: without `state` the invocation counts as failed. */
type StreamAnswer = { batchItemFailures: never[]; state: Record<string, never> };

/**
 * The shell around a stream handler. `read` turns one change into what the handler counts (null: not its concern); a
 * change it cannot read is kept whole and passed over, so that it never blocks its shard. `apply` gets the rest, with
 * the shard they come from, and must bear duplicates, replays and other batch borders.
 */
export function stream<Read>(
  read: (change: ItemChange) => Read | null,
  apply: (shardId: string, changes: Read[]) => Promise<void>,
): (event: StreamEvent) => Promise<StreamAnswer> {
  return async (event) => {
    const shardId = shardIdOf(event);
    const changes: Read[] = [];
    const requestIds = new Set<string>();
    for (const record of event.Records) {
      try {
        const change = itemChange(record);
        requestIds.add(change.requestId);
        const counted = read(change);
        if (counted !== null) changes.push(counted);
      } catch (error) {
        await setAside(shardId, record, error);
      }
    }
    if (changes.length > 0) await apply(shardId, changes);
    logger.info("stream batch", { shard_id: shardId, records: event.Records.length, request_ids: [...requestIds] });
    return { batchItemFailures: [], state: {} };
  };
}

/** The fences of counters stand per shard: without its name a batch cannot be counted once. */
function shardIdOf(event: StreamEvent): string {
  if (event.shardId !== undefined) return event.shardId;
  if (environment().STREAM_HAS_ONE_SHARD) return "only";
  throw new Error("The stream event names no shardId: the event source mapping must have a tumbling window.");
}

function itemChange(record: DynamoDBRecord): ItemChange {
  const { Keys, NewImage, OldImage, SequenceNumber, ApproximateCreationDateTime } = record.dynamodb ?? {};
  const pk = Keys?.pk?.S;
  if (SequenceNumber === undefined || pk === undefined)
    throw new Error("The stream record lacks its key or sequence number.");
  const [before, after] = [itemOfImage(OldImage), itemOfImage(NewImage)];
  return {
    sequenceNumber: SequenceNumber,
    createdSeconds: Number(ApproximateCreationDateTime ?? 0),
    pk,
    requestId: String((after ?? before)?.q ?? ""),
    before,
    after,
    expired: record.userIdentity?.type === "Service" && record.userIdentity.principalId === "dynamodb.amazonaws.com",
  };
}

async function setAside(shardId: string, record: DynamoDBRecord, error: unknown): Promise<void> {
  const sequenceNumber = record.dynamodb?.SequenceNumber ?? record.eventID ?? "unknown";
  logger.error("stream record set aside", { shard_id: shardId, sequence_number: sequenceNumber, error });
  await keepPoison(shardId, sequenceNumber, record, error instanceof Error ? error.message : String(error));
  countMetrics({ PoisonStreamRecord: 1 });
}
