import { type DynamoDbClient, DynamoDbError } from "./dynamodb-client.ts";
import type { EngineRecord } from "./stream-record.ts";

/** Reads one table's stream in order. */
export type StreamReader = {
  /** The records after where the last read ended; at most 1,000, empty at the end. */
  read(): Promise<EngineRecord[]>;
};

/** The engine's limit for one GetRecords. */
export const readMax = 1000;

/**
 * Opens a table's stream after a sequence number, or at its beginning (null). dynoxide keeps one shard per table for ever.
 */
export function streamReader(client: DynamoDbClient, streamArn: string, after: bigint | null): StreamReader {
  let iterator: string | null = null;
  let last = after;

  async function open(): Promise<string | null> {
    const { StreamDescription } = await client.call<{ StreamDescription: { Shards: { ShardId: string }[] } }>(
      "DescribeStream",
      {
        StreamArn: streamArn,
      },
    );
    const shard = StreamDescription.Shards.at(-1);
    if (shard === undefined) return null;
    const opened = await client.call<{ ShardIterator: string }>("GetShardIterator", {
      StreamArn: streamArn,
      ShardId: shard.ShardId,
      ...(last === null
        ? { ShardIteratorType: "TRIM_HORIZON" }
        : { ShardIteratorType: "AFTER_SEQUENCE_NUMBER", SequenceNumber: String(last) }),
    });
    return opened.ShardIterator;
  }

  return {
    read: async () => {
      iterator ??= await open();
      if (iterator === null) return [];
      try {
        const { Records, NextShardIterator } = await client.call<{
          Records: EngineRecord[];
          NextShardIterator?: string;
        }>("GetRecords", {
          ShardIterator: iterator,
          Limit: readMax,
        });
        iterator = NextShardIterator ?? null;
        const newest = Records.at(-1);
        if (newest !== undefined) last = BigInt(newest.dynamodb.SequenceNumber);
        return Records;
      } catch (error) {
        iterator = null;
        // Iterators last 15 minutes in DynamoDB Local; the next read opens another.
        if (error instanceof DynamoDbError && error.name === "ExpiredIteratorException") return [];
        throw error;
      }
    },
  };
}

/** The newest sequence number of a stream that is there now; null for an empty one. */
export async function latestSequence(client: DynamoDbClient, streamArn: string): Promise<bigint | null> {
  const reader = streamReader(client, streamArn, null);
  let newest: bigint | null = null;
  for (;;) {
    const records = await reader.read();
    const last = records.at(-1);
    if (last === undefined) return newest;
    newest = BigInt(last.dynamodb.SequenceNumber);
  }
}
