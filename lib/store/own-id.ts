import { parseUuid } from "#domain/uuid7.ts";
import type { Write } from "./commit.ts";
import { getItem } from "./get-item.ts";
import type { Key } from "./keys.ts";

/** The write that claims an own id for a thing, if it is free. It joins that of the thing. */
export function insertOwnId(key: Key, id: string): Write {
  return { item: { ...key, v: 1, i: id }, condition: { absent: true } };
}

/** The id of the thing that an own id stands for: one consistent read. Null when it is free. */
export async function idBehind(key: Key): Promise<string | null> {
  const id = (await getItem(key))?.i;
  return typeof id === "string" ? id : null;
}

/**
 * Finds a thing by its id, archived or not, or by the own id of one that is not archived. Reads are consistent: one by id,
 * two by own id. Null when there is none.
 */
export async function findByEitherId<Loaded>(
  idText: string,
  by: {
    ownIdKey: (ownId: string) => Key;
    find: (id: string) => Promise<Loaded | null>;
    isArchived: (loaded: Loaded) => boolean;
  },
): Promise<Loaded | null> {
  const id = parseUuid(idText);
  if (id !== null) return by.find(id);
  const named = await idBehind(by.ownIdKey(idText));
  const loaded = named === null ? null : await by.find(named);
  return loaded === null || by.isArchived(loaded) ? null : loaded; // archived since the id was read: it names nothing now
}
