import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import type { FamilyName } from "#domain/counted-family.ts";
import type { Difference } from "#domain/recount.ts";
import { placeOf } from "./counter-items.ts";
import { type Addition, counterUpdate } from "./counter-update.ts";
import { counterKey, counterPartition } from "./keys.ts";
import type { CounterItem } from "./read-counter-items.ts";
import { countersTableName, table } from "./table.ts";

/** Repairs go to one slot: readers sum over all of them. */
const repairSlot = 0;
/** Keeps an update's expression under DynamoDB's 4 KB. */
const countersPerItemMax = 80;
const itemsAtOnce = 10;
const markAttribute = "repaired_by";

/** By which repair each of some items was mended last; those that were never are left out. */
export function repairMarksOf(family: FamilyName, items: readonly CounterItem[]): Map<string, string> {
  const ofSlot = items.filter((item) => item.pk === counterPartition(family, repairSlot));
  return new Map(
    ofSlot.flatMap(({ sk, [markAttribute]: mark }) => (mark === undefined ? [] : [[String(sk), String(mark)]])),
  );
}

/**
 * Adds what a settled day's counters lack, to the day and to all-time, on the condition that nobody has repaired them
 * since they were read: so a difference is mended once, by whichever job and however often. What the stream still brings
 * is added as ever.
 *
 * @param mark an id of this repair
 * @param seen the marks that were read with the counters
 * @returns false when something is left to do, or was done by another: the counters must be compared again
 */
export async function repairDay(
  family: FamilyName,
  differences: readonly Difference[],
  { mark, seen }: { mark: string; seen: ReadonlyMap<string, string> },
): Promise<boolean> {
  const placed = [];
  for (const { day, counter, counted, recounted } of differences) {
    const [inDay, inAll] = [await placeOf(family, day, counter), await placeOf(family, "all", counter)];
    placed.push({ by: recounted - counted, inDay, inAll });
  }
  const byItem = [...Map.groupBy(placed, ({ inDay }) => inDay.item)];
  let complete = byItem.every(([, changes]) => changes.length <= countersPerItemMax);
  for (let at = 0; at < byItem.length; at += itemsAtOnce) {
    const mended = await Promise.all(
      byItem.slice(at, at + itemsAtOnce).map(([item, all]) => {
        const changes = all.slice(0, countersPerItemMax);
        const ofDay = changes.map(({ by, inDay }) => ({ by, place: inDay }));
        const ofAll = changes.map(({ by, inAll }) => ({ by, place: inAll }));
        const guard = { mark, seen: seen.get(item) ?? null };
        return mend([updateOf(family, item, ofDay, guard), updateOf(family, ofAll[0]?.place.item ?? "", ofAll, null)]);
      }),
    );
    complete &&= mended.every((each) => each);
  }
  return complete;
}

/** An update that adds to counters of an item; guarded, only if its last repair is still the one that was seen (null: none). */
function updateOf(
  family: FamilyName,
  item: string,
  additions: readonly Addition[],
  guard: { mark: string; seen: string | null } | null,
) {
  const { add, set, names, values } = counterUpdate(additions);
  const settings = guard === null ? set : [...set, "#r = :r"];
  return {
    TableName: countersTableName(),
    Key: counterKey(family, repairSlot, item),
    UpdateExpression: `ADD ${add.join(", ")}${settings.length === 0 ? "" : ` SET ${settings.join(", ")}`}`,
    ExpressionAttributeNames: guard === null ? names : { ...names, "#r": markAttribute },
    ExpressionAttributeValues: guard === null ? values : { ...values, ...guardValues(guard) },
    ...(guard === null ? {} : { ConditionExpression: guard.seen === null ? "attribute_not_exists(#r)" : "#r = :seen" }),
  };
}

function guardValues({ mark, seen }: { mark: string; seen: string | null }): Record<string, string> {
  return seen === null ? { ":r": mark } : { ":r": mark, ":seen": seen };
}

/** True when the updates were made; false when another repair came before, or the stream counts on one of them just now. */
async function mend(updates: readonly ReturnType<typeof updateOf>[]): Promise<boolean> {
  try {
    await table().send(new TransactWriteCommand({ TransactItems: updates.map((Update) => ({ Update })) }));
    return true;
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error;
    const passing = ["None", "ConditionalCheckFailed", "TransactionConflict"];
    if (!(error.CancellationReasons ?? []).every((reason) => passing.includes(reason.Code ?? "None"))) throw error;
    return false;
  }
}
