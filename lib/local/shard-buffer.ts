import type { FaultControl } from "./faults.ts";
import type { MappingModel } from "./model.ts";
import type { StreamRecord } from "./stream-record.ts";

/** The records of a shard that have been read and not been delivered yet, in order. */
export type ShardBuffer = {
  readonly length: number;
  readonly first: StreamRecord | undefined;
  readonly isFull: boolean;
  push(record: StreamRecord): void;
  /** How long until the batching window lets a batch go that is not full. */
  msUntilDue(): number;
  /** Takes a batch of records made before a time; at least one, if there is any. */
  take(beforeMs: number): StreamRecord[];
  /** Remembers records for the fault of going back to them. */
  remember(records: readonly StreamRecord[]): void;
  /** The fault of going back to an earlier place: all from there on comes again, in order, and `others` in their place. */
  replay(others: readonly StreamRecord[]): void;
};

const batchSizeDefault = 100;
const historyMax = 500;

/** An empty buffer. */
export function shardBuffer(model: MappingModel, faults: FaultControl): ShardBuffer {
  const batchSizeMax = model.batchSize ?? batchSizeDefault;
  let records: StreamRecord[] = [];
  let since = 0;
  let history: StreamRecord[] = [];
  return {
    get length() {
      return records.length;
    },
    get first() {
      return records[0];
    },
    get isFull() {
      return records.length >= batchSizeMax;
    },
    push: (record) => {
      if (records.length === 0) since = performance.now();
      records.push(record);
    },
    msUntilDue: () => since + model.batchWindowMs - performance.now(),
    take: (beforeMs) => {
      let count = Math.min(batchSizeMax, records.length);
      if (faults.current.stream?.resplit) count = 1 + faults.below(count);
      const beyond = records.findIndex(({ createdMs }) => createdMs >= beforeMs);
      if (beyond > 0) count = Math.min(count, beyond);
      since = performance.now();
      return records.splice(0, count);
    },
    remember: (delivered) => {
      if (faults.current.stream?.replay) history = [...history, ...delivered].slice(-historyMax);
    },
    replay: (others) => {
      const coming = new Map([...others, ...records].map((each) => [each.sequence, each]));
      for (const record of history.slice(faults.below(history.length))) coming.set(record.sequence, record);
      records = [...coming.values()].sort((a, b) => (a.sequence < b.sequence ? -1 : 1));
    },
  };
}
