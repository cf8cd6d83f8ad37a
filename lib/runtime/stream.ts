import type { Context, DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import { environment } from "#store/environment.ts";
import { keepPoison } from "#store/poison.ts";
import { itemOfImage } from "#store/stream-image.ts";
import { logger } from "./logger.ts";
import { mayPass } from "./may-pass.ts";
import { countMetrics } from "./metrics.ts";
import { noteFailure } from "./note-failure.ts";
import type { TimeBudget } from "./queue.ts";

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
 * The shell around a stream handler that takes a batch whole. `read` turns one change into what the handler counts (null:
 * not its concern); a change it cannot read is kept whole and passed over, so that it never blocks its shard. `apply` gets
 * the rest, with the shard they come from, and must bear duplicates, replays and other batch borders.
 */
export function stream<Read>(
  read: (change: ItemChange) => Read | null,
  apply: (shardId: string, changes: Read[]) => Promise<void>,
): (event: StreamEvent) => Promise<StreamAnswer> {
  return async (event) => {
    const shardId = shardIdOf(event);
    const changes = await readChanges(event, shardId, read);
    if (changes.length > 0)
      await apply(
        shardId,
        changes.map((change) => change.read),
      );
    return { batchItemFailures: [], state: {} };
  };
}

/** What a handler that takes changes one by one does with those of a batch. Each gives the changes it could not do, with why. */
type EachHandlers<Read> = {
  /** What there is no time for is a failure that may pass: it comes again, with what follows it and a whole invocation. */
  apply: (changes: Read[], budget: TimeBudget) => Promise<ReadonlyMap<Read, unknown>>;
  /** What may only be done of a change once it, and every one before it, has been applied. */
  afterwards: (applied: Read[]) => Promise<ReadonlyMap<Read, unknown>>;
};

/**
 * The shell around a stream handler that takes changes one by one, without a window. From the first change that AWS was too
 * busy for, or refused for now, the batch comes again; one that fails by itself is kept whole and passed over, as one is that cannot
 * be read.
 *
 * @param consumer under which name such changes are kept, since the shard is not known here
 */
export function streamOfEach<Read>(
  consumer: string,
  read: (change: ItemChange) => Read | null,
  { apply, afterwards }: EachHandlers<Read>,
): (event: DynamoDBStreamEvent, context: Context) => Promise<DynamoDBBatchResponse> {
  return async (event, context) => {
    const records = await readChanges(event, consumer, read);
    const changes = records.map((record) => record.read);
    if (changes.length === 0) return { batchItemFailures: [] };
    const budget = { remainingMs: () => context.getRemainingTimeInMillis() };
    const failures = new Map(await apply(changes, budget));
    const stop = changes.findIndex((change) => comesAgain(change, failures));
    const late = await afterwards(stop === -1 ? changes : changes.slice(0, stop));
    for (const [change, error] of late) noteFailure(failures, change, error);
    for (const { record, read: change } of records) {
      if (!failures.has(change)) continue;
      const error = failures.get(change);
      if (!comesAgain(change, failures)) {
        await setAside(consumer, record, error);
        continue;
      }
      logger.error("stream record comes again", error as Error);
      return { batchItemFailures: [{ itemIdentifier: record.dynamodb?.SequenceNumber ?? "" }] };
    }
    return { batchItemFailures: [] };
  };
}

function comesAgain<Read>(change: Read, failures: ReadonlyMap<Read, unknown>): boolean {
  return failures.has(change) && mayPass(failures.get(change));
}

async function readChanges<Read>(
  event: DynamoDBStreamEvent,
  source: string,
  read: (change: ItemChange) => Read | null,
): Promise<{ record: DynamoDBRecord; read: Read }[]> {
  const changes: { record: DynamoDBRecord; read: Read }[] = [];
  const requestIds = new Set<string>();
  for (const record of event.Records) {
    try {
      const change = itemChange(record);
      requestIds.add(change.requestId);
      const made = read(change);
      if (made !== null) changes.push({ record, read: made });
    } catch (error) {
      await setAside(source, record, error);
    }
  }
  logger.info("stream batch", { source, records: event.Records.length, request_ids: [...requestIds] });
  return changes;
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

async function setAside(source: string, record: DynamoDBRecord, error: unknown): Promise<void> {
  const sequenceNumber = record.dynamodb?.SequenceNumber ?? record.eventID ?? "unknown";
  logger.error("stream record set aside", { source, sequence_number: sequenceNumber, error });
  await keepPoison(source, sequenceNumber, record, error instanceof Error ? error.message : String(error));
  countMetrics({ PoisonStreamRecord: 1 });
}
