/**
 * What the stack and the store agree on about the tables. Both have a partition key `pk` and a sort key `sk`, text.
 *
 * The indexes of the families' table have its partition key and a sort key of their own, so that one partition scheme
 * serves them all. They hold keys alone: what changes in an item is then never paid for twice. `rare` is sparse.
 */
export const indexes = {
  group: { name: "group", sortKey: "g" },
  origin: { name: "origin", sortKey: "o" },
  rare: { name: "rare", sortKey: "r" },
} as const;

export type IndexName = keyof typeof indexes;

/** What the partitions begin with that authentication touches: its grants reach no others. */
export const accessPartitions = { apiKeys: "apikey#", requestLimits: "limit#" } as const;

/** The attribute that expires items, in seconds since the epoch. */
export const ttlAttribute = "ttl";
