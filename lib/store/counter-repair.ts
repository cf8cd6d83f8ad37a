import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import type { Difference } from "#domain/verify-job.ts";
import { type CounterPlace, placeOf } from "./counter-items.ts";
import { counterKey } from "./keys.ts";
import { countersTableName, table } from "./table.ts";

/** Repairs go to one slot: readers sum over all of them. */
const repairSlot = 0;
/** Keeps an update's expression under DynamoDB's 4 KB. */
const countersPerItemMax = 80;

/**
 * Adds what a settled day's counters lack, to the day and to all-time, once per job: each day's item remembers the job
 * that repaired it last. What the stream still brings is added as ever.
 *
 * @returns false when an item had more counters to repair than one update takes: the next recount repairs the rest.
 */
export async function repairDay(jobId: string, day: string, differences: readonly Difference[]): Promise<boolean> {
  const placed = await Promise.all(
    differences.map(async ({ counter, counted, recounted }) => ({
      by: recounted - counted,
      inDay: await placeOf(day, counter),
      inAll: await placeOf("all", counter),
    })),
  );
  let complete = true;
  for (const [item, all] of Map.groupBy(placed, ({ inDay }) => inDay.item)) {
    const changes = all.slice(0, countersPerItemMax);
    if (changes.length < all.length) complete = false;
    const ofDay = changes.map(({ by, inDay }) => ({ by, place: inDay }));
    const ofAll = changes.map(({ by, inAll }) => ({ by, place: inAll }));
    try {
      await table().send(
        new TransactWriteCommand({
          TransactItems: [
            { Update: additionTo(item, ofDay, jobId) },
            { Update: additionTo(ofAll[0]?.place.item ?? "", ofAll, null) },
          ],
        }),
      );
    } catch (error) {
      if (!isRepaired(error)) throw error;
    }
  }
  return complete;
}

/** An update that adds to counters; with a job, only if that job has not repaired the item before. */
function additionTo(item: string, changes: readonly { place: CounterPlace; by: number }[], jobId: string | null) {
  // Several counters of one name share its label, and an update may set an attribute once.
  const labels = [...new Map(changes.map(({ place }) => [place.label, place.value]))];
  const names = [
    ...changes.map(({ place }, at) => [`#c${at}`, place.attribute]),
    ...labels.map(([label], at) => [`#l${at}`, label]),
  ];
  const values = [
    ...changes.map(({ by }, at) => [`:c${at}`, by]),
    ...labels.map(([, value], at) => [`:l${at}`, value]),
  ];
  const settings = labels.map((_, at) => `#l${at} = :l${at}`);
  const marks = jobId === null ? settings : [...settings, "#r = :r"];
  return {
    TableName: countersTableName(),
    Key: counterKey(repairSlot, item),
    UpdateExpression: `ADD ${changes.map((_, at) => `#c${at} :c${at}`).join(", ")} SET ${marks.join(", ")}`,
    ...(jobId === null ? {} : { ConditionExpression: "attribute_not_exists(#r) OR #r <> :r" }),
    ExpressionAttributeNames: Object.fromEntries(jobId === null ? names : [...names, ["#r", "repaired_by"]]),
    ExpressionAttributeValues: Object.fromEntries(jobId === null ? values : [...values, [":r", jobId]]),
  };
}

function isRepaired(error: unknown): boolean {
  if (!(error instanceof TransactionCanceledException)) return false;
  return error.CancellationReasons?.[0]?.Code === "ConditionalCheckFailed";
}
