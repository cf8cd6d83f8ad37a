import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import { type IndexName, indexes } from "#contract/table-schema.ts";
import { uuidNeighbour } from "#domain/uuid7.ts";
import { table, tableName } from "./table.ts";

/** A range of sort keys of the table (`index` null) or of one of its indexes; every key in it ends in an id. */
export type Range = { index: IndexName | null; low: string; high: string };

/** An entry of a walk: its sort key, its id, and the item (of an index: keys alone). */
export type Entry = { key: string; id: string; item: Record<string, unknown> };

/** How many entries may still be read. Shared by the walks of one page. */
export type ReadBudget = { left: number };

type Shard = { partition: string; buffer: Entry[]; low: string; high: string; done: boolean };

/**
 * Walks a range in key order over all shards of a partition, merging them, and reads little more than it gives: each
 * shard is read in small chunks as its entries are used up.
 */
export class ShardWalk {
  readonly #range: Range;
  readonly #forward: boolean;
  readonly #shards: Shard[];

  /** @param after the last key that was seen; null to begin at the start of the range */
  constructor(partitions: readonly string[], range: Range, forward: boolean, after: string | null) {
    this.#range = range;
    this.#forward = forward;
    const { low, high } = after === null ? range : narrowed(range, forward, after);
    this.#shards = partitions.map((partition) => ({ partition, buffer: [], low, high, done: low > high }));
  }

  /** True when nothing is left for certain. False may still turn out to be the end. */
  get exhausted(): boolean {
    return this.#shards.every((shard) => shard.done && shard.buffer.length === 0);
  }

  /** The next entries in order: `want` of them, or fewer at the end of the range or of the budget. */
  async next(want: number, budget: ReadBudget): Promise<Entry[]> {
    const entries: Entry[] = [];
    while (entries.length < want) {
      const empty = this.#shards.filter((shard) => shard.buffer.length === 0 && !shard.done);
      if (empty.length > budget.left) break;
      const chunk = Math.ceil((want - entries.length) / this.#shards.length) + 1;
      const fair = Math.max(1, Math.min(chunk, Math.floor(budget.left / Math.max(1, empty.length))));
      await Promise.all(empty.map((shard) => this.#fill(shard, fair, budget)));
      const nearest = this.#nearest();
      if (nearest === null) {
        if (this.exhausted) break;
        continue;
      }
      entries.push(nearest);
    }
    return entries;
  }

  #nearest(): Entry | null {
    if (this.#shards.some((shard) => shard.buffer.length === 0 && !shard.done)) return null;
    const heads = this.#shards.filter((shard) => shard.buffer.length > 0);
    const [first, ...others] = heads;
    if (first === undefined) return null;
    const chosen = others.reduce((best, shard) => (this.#precedes(shard, best) ? shard : best), first);
    return chosen.buffer.shift() ?? null;
  }

  #precedes(one: Shard, other: Shard): boolean {
    const [a, b] = [one.buffer[0]?.key ?? "", other.buffer[0]?.key ?? ""];
    const order = Buffer.compare(Buffer.from(a), Buffer.from(b)); // as DynamoDB sorts: by the bytes of UTF-8
    return this.#forward ? order < 0 : order > 0;
  }

  async #fill(shard: Shard, limit: number, budget: ReadBudget): Promise<void> {
    const index = this.#range.index === null ? null : indexes[this.#range.index];
    const sortKey = index?.sortKey ?? "sk";
    const page = await table().send(
      new QueryCommand({
        TableName: tableName(),
        ...(index === null ? {} : { IndexName: index.name }),
        KeyConditionExpression: "pk = :pk AND #sk BETWEEN :low AND :high",
        ExpressionAttributeNames: { "#sk": sortKey },
        ExpressionAttributeValues: { ":pk": shard.partition, ":low": shard.low, ":high": shard.high },
        ScanIndexForward: this.#forward,
        Limit: limit,
      }),
    );
    const entries = (page.Items ?? []).map((item) => ({ key: String(item[sortKey]), id: String(item.sk), item }));
    budget.left -= entries.length;
    shard.buffer.push(...entries);
    const last = entries.at(-1);
    if (last !== undefined) Object.assign(shard, narrowed(shard, this.#forward, last.key));
    shard.done = page.LastEvaluatedKey === undefined || shard.low > shard.high;
  }
}

/** The rest of a range after a key: the id at the key's end is moved by one, so no entry is read twice. */
function narrowed(
  range: { low: string; high: string },
  forward: boolean,
  after: string,
): { low: string; high: string } {
  const prefix = after.slice(0, -idLength);
  const neighbour = prefix + uuidNeighbour(after.slice(-idLength), forward ? 1 : -1);
  return forward ? { low: neighbour, high: range.high } : { low: range.low, high: neighbour };
}

const idLength = 36;
