import type { VersionCondition } from "#domain/version-condition.ts";
import type { ItemChange } from "#domain/work-item.ts";
import { logger } from "#runtime/logger.ts";
import type { ItemHead } from "#store/item-head.ts";
import { type ChangedBy, tidyItem, updateItem } from "#store/items.ts";

/**
 * Changes a work item, as `updateItem` does, and tidies it when that is due. The change stands whether or not the tidying
 * succeeds: what is left undone is done with the next one.
 */
export async function changeItem(
  id: string,
  change: ItemChange,
  versions: VersionCondition,
  by: ChangedBy,
): Promise<ItemHead> {
  const head = await updateItem(id, change, versions, by);
  try {
    await tidyItem(head, by);
  } catch (error) {
    logger.warn("a work item was not tidied", { item_id: head.sk, error });
  }
  return head;
}
