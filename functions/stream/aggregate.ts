import { deltasOf, expiryDeltasOf, type Tally, tallyOf } from "#domain/tally.ts";
import { countMetrics } from "#runtime/metrics.ts";
import { type ItemChange, stream } from "#runtime/stream.ts";
import { applyChanges, type Change } from "#store/counters.ts";
import { isRecordHead } from "#store/keys.ts";
import { namesOf, parseHead, type RecordHead } from "#store/record-head.ts";

type Counted = Change & { became: RecordHead["s"] | null };

export const handler = stream(changeOf, async (shardId, changes: Counted[]) => {
  await applyChanges(shardId, changes);
  const became = Map.groupBy(changes, (change) => change.became);
  const count = (status: RecordHead["s"]) => became.get(status)?.length ?? 0;
  countMetrics({ RecordCreated: count("pending"), RecordProcessed: count("processed"), RecordFailed: count("failed") });
});

/**
 * How one change moves the counters; null for what is not counted. An erasure, by which a head becomes what is left of
 * it, takes the record off; an expiry leaves the reports as they are.
 */
function changeOf(change: ItemChange): Counted | null {
  if (!isRecordHead(change.pk)) return null;
  const [before, after] = [headOf(change.before), headOf(change.after)];
  if (before === null && after === null) return null;
  const changedAtMs = Math.max(before?.u ?? 0, after?.u ?? 0);
  const expired = change.expired && before !== null;
  const deltas = expired ? expiryDeltasOf(tally(before)) : deltasOf(before && tally(before), after && tally(after));
  const became = after === null || after.s === before?.s ? null : after.s;
  return { sequenceNumber: change.sequenceNumber, createdSeconds: change.createdSeconds, changedAtMs, deltas, became };
}

function headOf(image: Record<string, unknown> | null): RecordHead | null {
  return image === null ? null : parseHead(image);
}

function tally(head: RecordHead): Tally {
  return tallyOf({ id: head.sk, status: head.s, ...namesOf(head) });
}
