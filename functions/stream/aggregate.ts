import { deltasOf, type Tally, tallyOf } from "#domain/tally.ts";
import { type ItemChange, stream } from "#runtime/stream.ts";
import { applyChanges, type Change } from "#store/counters.ts";
import { isRecordHead } from "#store/keys.ts";
import { namesOf, parseHead } from "#store/records.ts";

export const handler = stream(changeOf, applyChanges);

/** How one change moves the counters; null for what is not counted. An expiry leaves the reports as they are. */
function changeOf(change: ItemChange): Change | null {
  if (!isRecordHead(change.pk) || change.expired) return null;
  const [before, after] = [headOf(change.before), headOf(change.after)];
  const changedAtMs = Math.max(before?.u ?? 0, after?.u ?? 0);
  const deltas = deltasOf(before && tally(before), after && tally(after));
  return { sequenceNumber: change.sequenceNumber, createdSeconds: change.createdSeconds, changedAtMs, deltas };
}

function headOf(image: Record<string, unknown> | null): ReturnType<typeof parseHead> | null {
  return image === null ? null : parseHead(image);
}

function tally(head: ReturnType<typeof parseHead>): Tally {
  return tallyOf({ id: head.sk, status: head.s, ...namesOf(head) });
}
