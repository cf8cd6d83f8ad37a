import { createHash } from "node:crypto";
import { region } from "./aws-names.ts";
import type { LocalClock } from "./virtual-clock.ts";

type AttributeMap = Record<string, unknown>;

/** A record as the engine's GetRecords gives it. */
export type EngineRecord = {
  eventName: "INSERT" | "MODIFY" | "REMOVE";
  userIdentity?: unknown;
  dynamodb: {
    ApproximateCreationDateTime?: number;
    Keys: AttributeMap;
    NewImage?: AttributeMap;
    OldImage?: AttributeMap;
    SequenceNumber: string;
    SizeBytes?: number;
    StreamViewType?: string;
  };
};

/** A record as a function receives it, with what its delivery needs to know. */
export type StreamRecord = {
  readonly sequence: bigint;
  readonly createdMs: number;
  /** The key as text, equal for equal keys. */
  readonly key: string;
  readonly event: {
    readonly eventID: string;
    readonly dynamodb: EngineRecord["dynamodb"];
  } & Readonly<Record<string, unknown>>;
};

/** DynamoDB's mark on a delete that it made itself because an item expired. */
const ttlIdentity = { type: "Service", principalId: "dynamodb.amazonaws.com" };

/**
 * Shapes an engine's record as Lambda does.
 *
 * @param isExpiry tells whether a delete was made by the TTL sweep of this run or an earlier one.
 */
export function streamRecord(
  record: EngineRecord,
  streamArn: string,
  clock: LocalClock,
  isExpiry: (change: EngineRecord["dynamodb"]) => boolean,
): StreamRecord {
  const { dynamodb } = record;
  const createdMs = clock.fromMachineTime((dynamodb.ApproximateCreationDateTime ?? 0) * 1000);
  const key = stableText(dynamodb.Keys);
  const expired = record.userIdentity !== undefined || (record.eventName === "REMOVE" && isExpiry(dynamodb));
  return {
    sequence: BigInt(dynamodb.SequenceNumber),
    createdMs,
    key,
    event: {
      // dynoxide numbers each table's records from 1, so its own ids repeat across tables.
      eventID: createHash("md5").update(`${streamArn} ${dynamodb.SequenceNumber}`).digest("hex"),
      eventName: record.eventName,
      eventVersion: "1.1",
      eventSource: "aws:dynamodb",
      awsRegion: region,
      dynamodb: { ...dynamodb, ApproximateCreationDateTime: Math.floor(createdMs / 1000) },
      eventSourceARN: streamArn,
      ...(expired && { userIdentity: ttlIdentity }),
    },
  };
}

/** Text that is equal for equal attribute maps whatever the order of their members. */
export function stableText(attributes: AttributeMap): string {
  return JSON.stringify(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)));
}
