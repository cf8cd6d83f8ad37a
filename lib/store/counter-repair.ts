import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import type { Difference } from "#domain/verify-job.ts";
import { type CounterPlace, placeOf } from "./counter-items.ts";
import { counterKey } from "./keys.ts";
import { countersTableName, table } from "./table.ts";

/** Repairs go to one slot: readers sum over all of them. */
const repairSlot = 0;

/**
 * Adds what a settled day's counters lack, to the day and to all-time, once per job: each day's item remembers the job
 * that repaired it last. What the stream still brings is added as ever.
 */
export async function repairDay(jobId: string, day: string, differences: readonly Difference[]): Promise<void> {
  const placed = await Promise.all(
    differences.map(async ({ counter, counted, recounted }) => ({
      by: recounted - counted,
      inDay: await placeOf(day, counter),
      inAll: await placeOf("all", counter),
    })),
  );
  for (const [item, changes] of Map.groupBy(placed, ({ inDay }) => inDay.item)) {
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
}

/** An update that adds to counters; with a job, only if that job has not repaired the item before. */
function additionTo(item: string, changes: readonly { place: CounterPlace; by: number }[], jobId: string | null) {
  const names = changes.flatMap(({ place }, at) => [
    [`#c${at}`, place.attribute],
    [`#l${at}`, place.label],
  ]);
  const values = changes.flatMap(({ place, by }, at) => [
    [`:c${at}`, by],
    [`:l${at}`, place.value],
  ]);
  const labels = changes.map((_, at) => `#l${at} = :l${at}`);
  const marks = jobId === null ? labels : [...labels, "#r = :r"];
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
