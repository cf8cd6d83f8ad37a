import { transactWithUpdate, type Write, type WrittenBy } from "./commit.ts";
import { getItem } from "./get-item.ts";
import { getMany } from "./get-many.ts";
import { type DescriptionPlace, type ItemHead, isDescribedElsewhere } from "./item-head.ts";
import { itemDescriptionKey, itemKey } from "./keys.ts";
import { tableName } from "./table.ts";

/** A longer description is an item of its own, so that the head has room for its history within one write unit. */
const inlineBytesMax = 512;
const insertedVersion = 1;
const replacedVersion = 2;

/** Where a description belongs, by its length. */
export function placeOf(description: string): DescriptionPlace {
  const bytes = Buffer.byteLength(description);
  return bytes > inlineBytesMax ? { z: bytes } : { d: description };
}

/** The write that stores a long description along with a new head. */
export function insertDescription(id: string, text: string): Write {
  return { item: { ...itemDescriptionKey(id), v: insertedVersion, p: text }, condition: { absent: true } };
}

/** The write that stores a long description in the place of any other. The head that it joins names its write id. */
export function replaceDescription(id: string, text: string): Write {
  return { item: { ...itemDescriptionKey(id), v: replacedVersion, p: text }, guarded: true };
}

/** The long description of a head: one consistent read. Undefined when it was replaced since the head was read. */
export async function readDescription({ sk: id, y }: ItemHead): Promise<string | undefined> {
  const item = await getItem(itemDescriptionKey(id));
  const writeIds = Array.isArray(item?.w) ? item.w : [];
  const isOfHead = y === undefined ? item?.v === insertedVersion : writeIds.includes(y);
  return isOfHead && typeof item?.p === "string" ? item.p : undefined;
}

/** The long descriptions of heads, by their ids, as they were a moment ago. */
export async function readDescriptions(heads: readonly ItemHead[]): Promise<Map<string, string>> {
  const byPartition = new Map(heads.filter(isDescribedElsewhere).map(({ sk }) => [itemDescriptionKey(sk).pk, sk]));
  const items = await getMany([...byPartition.values()].map(itemDescriptionKey));
  return new Map(items.map((item) => [byPartition.get(String(item.pk)) ?? "", String(item.p)]));
}

/** True for a head that has its description in itself, while a long one of before still stands beside it. */
export function hasOldDescription(head: ItemHead): boolean {
  return head.z !== undefined && !isDescribedElsewhere(head);
}

/** Removes the long description of before. If somebody has changed the item since, they see to it. */
export async function dropOldDescription({ sk: id, v }: ItemHead, by: WrittenBy): Promise<void> {
  const update = {
    TableName: tableName(),
    Key: itemKey(id),
    UpdateExpression: "REMOVE z, y",
    ConditionExpression: "v = :v AND attribute_exists(z)",
    ExpressionAttributeValues: { ":v": v },
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  } as const;
  await transactWithUpdate(update, [{ remove: itemDescriptionKey(id) }], by);
}
