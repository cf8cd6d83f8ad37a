import { createHash } from "node:crypto";
import type { Checkpoint, Checkpoints } from "./checkpoints.ts";
import { droppedBatch } from "./dropped-batch.ts";
import type { DynamoDbClient } from "./dynamodb-client.ts";
import type { FaultControl } from "./faults.ts";
import type { LambdaHost } from "./lambda-host.ts";
import type { OnEvent } from "./local-event.ts";
import type { Mapping } from "./mapping.ts";
import type { MappingModel } from "./model.ts";
import { signal } from "./signal.ts";
import { eventFilter } from "./stream-filter.ts";
import { latestSequence, readMax, type StreamReader, streamReader } from "./stream-reader.ts";
import { type EngineRecord, type StreamRecord, streamRecord } from "./stream-record.ts";
import { type StreamShard, streamShard } from "./stream-shard.ts";
import type { LocalClock } from "./virtual-clock.ts";

/** What a stream mapping works with. */
export type StreamMappingContext = {
  readonly client: DynamoDbClient;
  /** The engine's ARN of the stream; the functions see the template's. */
  readonly engineStreamArn: string;
  readonly host: LambdaHost;
  readonly clock: LocalClock;
  readonly faults: FaultControl;
  readonly checkpoints: Checkpoints;
  readonly onEvent: OnEvent;
  isExpiry(change: EngineRecord["dynamodb"]): boolean;
  /** Sends to the failure destination. */
  send(arn: string, body: string): void;
  /** Null where the engine's file is not at hand: then the stream itself is asked. */
  readonly engineVersion: (() => number) | null;
};

const trimMs = 24 * 3_600_000;
/** What is read ahead of delivery. */
const bufferMax = 5_000;
const idlePollMsMax = 250;
/** The least time between two reads, and how often the engine's file is asked whether anything was written. */
const versionPollMs = 100;

/** Delivers a table's stream to a function, in order per shard, at least once, from the beginning or the last checkpoint. */
export function streamMapping(model: MappingModel, context: StreamMappingContext): Mapping {
  const { clock, checkpoints, faults, host, onEvent } = context;
  const matches = eventFilter(model.filters);
  const changed = signal();
  let shards: StreamShard[] = [];
  let reader: StreamReader | null = null;
  let stopping = false;
  let loop = Promise.resolve();
  // Reads that found nothing, counted so that a waiter can ask for one that began after it did.
  let emptyReads = 0;
  let progress = Promise.withResolvers<void>();
  let hurrying = 0;

  async function open(): Promise<StreamReader> {
    const count = faults.current.stream?.splitShards ?? 1;
    const saved = checkpoints.of(model.id);
    let origin = lowest([...saved.values()]);
    if (saved.size === 0 && model.startAtLatest) origin = await latestSequence(context.client, context.engineStreamArn);
    const starts: Checkpoint[] = [];
    shards = Array.from({ length: count }, (_, index) => {
      const shardId =
        count === 1 ? "shardId-00000000000000000000-00000001" : `shardId-00000000000000000000-${index + 1}of${count}`;
      // A shard that was not there before follows its parent.
      const checkpoint = saved.get(shardId) ?? { sequence: origin, window: null };
      starts.push(checkpoint);
      return streamShard(shardContext(shardId), checkpoint);
    });
    for (const shard of shards) shard.start();
    return streamReader(context.client, context.engineStreamArn, lowest(starts));
  }

  function shardContext(shardId: string) {
    return {
      model,
      shardId,
      now: clock.now,
      faults,
      onEvent,
      invoke: (event: unknown) => host.invoke(model.functionName, event),
      save: (checkpoint: Checkpoint) => checkpoints.save(model.id, shardId, checkpoint),
      giveUp: (records: readonly StreamRecord[], reason: string, attempts: number) =>
        giveUp(shardId, records, reason, attempts),
      onProgress: notify,
    };
  }

  async function run(): Promise<void> {
    let idleMs = 10;
    while (!stopping) {
      try {
        reader ??= await open();
        if (shards.some((shard) => shard.buffered >= bufferMax)) {
          await changed.wait(50);
          continue;
        }
        const version = context.engineVersion?.();
        const records = await reader.read();
        for (const record of records) distribute(streamRecord(record, model.sourceArn, clock, context.isExpiry));
        idleMs = records.length > 0 ? 10 : Math.min(idleMs * 2, idlePollMsMax);
        if (records.length === 0) {
          emptyReads += 1;
          notify();
        }
        if (records.length < readMax && !(hurrying > 0 && records.length > 0)) await pause(version, idleMs);
      } catch (error) {
        if (stopping) return;
        const reason = (error as Error).message;
        onEvent({ kind: "batch-failed", message: `${model.id}: the stream cannot be read: ${reason}` });
        await changed.wait(1_000);
      }
    }
  }

  // Lambda polls a shard four times a second; reading at every write would cost a batch for nearly each record.
  async function pause(version: number | undefined, ms: number): Promise<void> {
    const { engineVersion } = context;
    if (engineVersion === null) {
      await changed.wait(ms);
      return;
    }
    do if (await changed.wait(versionPollMs)) return;
    while (!stopping && engineVersion() === version);
  }

  function distribute(record: StreamRecord): void {
    const shard = shards[shards.length === 1 ? 0 : hash(record.key) % shards.length];
    if (shard === undefined || (shard.delivered !== null && record.sequence <= shard.delivered)) return;
    if (record.createdMs <= clock.now() - trimMs || !matches(record.event)) return;
    shard.push(record);
  }

  function giveUp(shardId: string, records: readonly StreamRecord[], reason: string, attempts: number): void {
    if (model.failureDestinationArn === null) return;
    context.send(model.failureDestinationArn, JSON.stringify(droppedBatch(model, shardId, records, reason, attempts)));
  }

  function notify(): void {
    const { resolve } = progress;
    progress = Promise.withResolvers();
    resolve();
  }

  async function catchUp(): Promise<void> {
    // One read may have begun before the call; the second did not.
    const target = emptyReads + 2;
    hurrying += 1;
    try {
      while (!stopping) {
        for (const shard of shards) shard.hurry(true);
        const blocked = shards.find((shard) => shard.blocked !== null)?.blocked;
        if (blocked) throw new Error(`${model.id} is blocked: ${blocked}`);
        if (emptyReads >= target && shards.every((shard) => shard.isIdle)) return;
        const next = progress.promise;
        if (emptyReads < target) changed.ring();
        await next;
      }
    } finally {
      hurrying -= 1;
      if (hurrying === 0) for (const shard of shards) shard.hurry(false);
    }
  }

  return {
    id: model.id,
    start: () => {
      loop = run();
    },
    wake: () => {
      changed.ring();
      for (const shard of shards) shard.wake();
    },
    catchUp,
    stop: async () => {
      stopping = true;
      changed.ring();
      await loop;
      await Promise.all(shards.map((shard) => shard.stop()));
      notify();
    },
  };
}

function lowest(checkpoints: readonly Checkpoint[]): bigint | null {
  let low: bigint | null = null;
  for (const { sequence } of checkpoints) {
    if (sequence === null) return null;
    if (low === null || sequence < low) low = sequence;
  }
  return low;
}

function hash(text: string): number {
  return createHash("md5").update(text).digest().readUInt32BE(0);
}
