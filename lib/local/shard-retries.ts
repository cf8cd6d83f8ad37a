import { hurriedRetryMax } from "./mapping.ts";
import type { MappingModel } from "./model.ts";
import type { StreamRecord } from "./stream-record.ts";

/** Records to deliver together, and how often that has failed. */
export type Work = { readonly records: StreamRecord[]; readonly attempts: number };

/** The batches of a shard that have failed, in order, and the patience with them. */
export type ShardRetries = {
  readonly isEmpty: boolean;
  /** Not null: in a hurry a batch kept failing for this reason, and is not tried again. */
  readonly blocked: string | null;
  readonly isHurried: boolean;
  /** The next one to try again. */
  take(): Work | undefined;
  /** Keeps records that failed, in halves where the mapping bisects. False when their attempts are used up. */
  keep(records: StreamRecord[], attempts: number, reason: string): boolean;
  /** Counts a failure; true when it is one too many for a hurry. */
  failed(): boolean;
  succeeded(): void;
  /** How long until the next one is tried again. */
  msUntilNext(): number;
  /** In a hurry retries follow at once, but not for ever. */
  hurry(on: boolean): void;
  /** Takes all records out. */
  drain(): StreamRecord[];
};

/** No failures yet. */
export function shardRetries({ bisects, retryMax }: MappingModel): ShardRetries {
  const waiting: Work[] = [];
  let retryAt = 0;
  let hurried = false;
  let failures = 0;
  let blocked: string | null = null;

  function failed(): boolean {
    failures += 1;
    return hurried && failures > hurriedRetryMax;
  }

  function forget(): void {
    failures = 0;
    blocked = null;
  }

  return {
    get isEmpty() {
      return waiting.length === 0;
    },
    get blocked() {
      return blocked;
    },
    get isHurried() {
      return hurried;
    },
    take: () => waiting.shift(),
    keep: (records, attempts, reason) => {
      const splits = bisects && records.length > 1;
      if (retryMax !== null && attempts > retryMax && !splits) return false;
      const half = Math.ceil(records.length / 2);
      if (splits) {
        waiting.unshift(
          { records: records.slice(0, half), attempts: 0 },
          { records: records.slice(half), attempts: 0 },
        );
      } else waiting.unshift({ records, attempts });
      retryAt = performance.now() + Math.min(10_000, 100 * 2 ** Math.min(attempts, 10));
      if (failed()) blocked = reason;
      return true;
    },
    failed,
    succeeded: forget,
    msUntilNext: () => {
      if (hurried) return blocked === null ? 0 : Number.POSITIVE_INFINITY;
      return retryAt - performance.now();
    },
    hurry: (on) => {
      hurried = on;
      forget();
    },
    drain: () => waiting.splice(0).flatMap(({ records }) => records),
  };
}
