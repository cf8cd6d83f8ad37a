import type { FamilyName } from "#domain/counted-family.ts";
import { deltasOf, expiryDeltasOf } from "#domain/tally.ts";
import { countMetrics } from "#runtime/metrics.ts";
import { type ItemChange, stream } from "#runtime/stream.ts";
import { countedHeads } from "#store/counted-heads.ts";
import { applyChanges, type Change } from "#store/counters.ts";
import { countedFamilyIn } from "#store/keys.ts";

/** A change of a family's counters; `became` is the status it brought, null for another change. */
type Counted = Change & { family: FamilyName; became: string | null };

export const handler = stream(changeOf, async (shardId, changes: Counted[]) => {
  const byFamily = Map.groupBy(changes, ({ family }) => family);
  await Promise.all([...byFamily].map(([family, own]) => applyChanges(family, shardId, own)));
  const became = Map.groupBy(byFamily.get("record") ?? [], (change) => change.became);
  const count = (status: string) => became.get(status)?.length ?? 0;
  countMetrics({ RecordCreated: count("pending"), RecordProcessed: count("processed"), RecordFailed: count("failed") });
});

/**
 * How one change moves the counters; null for what is not counted. An erasure, by which a head is deleted or becomes what
 * is left of it, takes it off; an expiry leaves the reports as they are.
 */
function changeOf(change: ItemChange): Counted | null {
  const family = countedFamilyIn(change.pk);
  if (family === null) return null;
  const [was, is] = [change.before, change.after].map((image) => image && countedHeads[family](image));
  const [before, after] = [was?.tally ?? null, is?.tally ?? null];
  if (before === null && after === null) return null;
  const { sequenceNumber, createdSeconds } = change;
  return {
    family,
    sequenceNumber,
    createdSeconds,
    changedAtMs: Math.max(was?.changedAtMs ?? 0, is?.changedAtMs ?? 0),
    deltas: change.expired && before !== null ? expiryDeltasOf(before) : deltasOf(before, after),
    became: after === null || after.status === before?.status ? null : after.status,
  };
}
