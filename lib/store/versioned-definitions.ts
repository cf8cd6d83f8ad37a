import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { DomainError } from "#domain/domain-error.ts";
import type { Write } from "./commit.ts";
import { getItem } from "./get-item.ts";
import { definitionKey, definitionPartition } from "./keys.ts";
import { table, tableName } from "./table.ts";

const itemSchema = z.object({
  sk: z.string(),
  u: z.number(), // when it was written, in milliseconds
  p: z.string(), // the definition as JSON text
});

/** A version of a definition, and when it was made. */
export type Versioned<Definition> = { definitionVersion: number; definition: Definition; createdAtMs: number };

/** What has versions of a definition: a workflow, or a machine. */
type Owner = { id: string; definitionVersion: number; updatedAtMs: number };

/** An item may have 400 KB. A body within its limit gets beyond when numbers are written shorter than we keep them: 1e20. */
const textBytesMax = 390 * 1024;

/** Where a page of versions ended: the last one seen (null: none yet), and how many of the newest to skip. */
export const versionPositionSchema = z.object({
  before: z.int().min(1).nullable().default(null),
  skip: z.int().min(0).default(0),
});

type VersionPosition = z.output<typeof versionPositionSchema>;

const knownMax = 1_000;
const knownBytesMax = 8 * 1024 * 1024;

/** Versions of definitions of one kind. A version never changes, so what was read once is kept in memory. */
export class VersionedDefinitions<Definition> {
  readonly #ownerName: string;
  /** Bounded by count and by the bytes of their texts; the oldest go first. */
  readonly #known = new Map<string, { found: Versioned<Definition>; bytes: number }>();
  #knownBytes = 0;

  /** @param ownerName what has them, such as "Workflow" */
  constructor(ownerName: string) {
    this.#ownerName = ownerName;
  }

  /**
   * The write that stores what the newest version of an owner says. It joins that of the owner.
   *
   * @throws DomainError `payload_too_large` for a definition that no item can hold.
   */
  insert(owner: Owner, definition: Definition): Write {
    const text = JSON.stringify(definition);
    const bytes = Buffer.byteLength(text);
    if (bytes > textBytesMax) {
      throw new DomainError(
        "payload_too_large",
        `Written out, the definition has ${bytes} bytes: at most ${textBytesMax} are stored.`,
      );
    }
    const key = definitionKey(owner.id, owner.definitionVersion);
    return { item: { ...key, v: 1, u: owner.updatedAtMs, p: text }, condition: { absent: true } };
  }

  /**
   * What a version says: from memory, or by one consistent read. Whoever gets it must not change it.
   *
   * @throws Error when there is no such version: whatever names it is wrong.
   */
  async load(ownerId: string, definitionVersion: number): Promise<Definition> {
    const found = await this.find(ownerId, definitionVersion);
    if (found === null) throw new Error(`${this.#ownerName} ${ownerId} has no definition ${definitionVersion}.`);
    return found.definition;
  }

  /** A version as `load` finds it. Null when there is none. */
  async find(ownerId: string, definitionVersion: number): Promise<Versioned<Definition> | null> {
    const key = definitionKey(ownerId, definitionVersion);
    const cached = this.#known.get(`${key.pk}/${key.sk}`);
    if (cached !== undefined) return cached.found;
    const item = await getItem(key);
    if (item === undefined) return null;
    const found = versionedOf<Definition>(item);
    this.#keep(`${key.pk}/${key.sk}`, found, Buffer.byteLength(String(item.p)));
    return found;
  }

  /**
   * Versions of an owner's definition, the newest first: at most `limit`, and as many as one read gives, which is about a
   * megabyte. Since none is missing, those to skip are not read.
   */
  async list(
    owner: Owner,
    limit: number,
    from: VersionPosition,
  ): Promise<{ versions: Versioned<Definition>[]; next: VersionPosition | null }> {
    const first = (from.before === null ? owner.definitionVersion : from.before - 1) - from.skip;
    if (first < 1) return { versions: [], next: null };
    const { Items: items = [] } = await table().send(
      new QueryCommand({
        TableName: tableName(),
        KeyConditionExpression: "pk = :pk AND sk <= :sk",
        ExpressionAttributeValues: { ":pk": definitionPartition(owner.id), ":sk": definitionKey(owner.id, first).sk },
        ScanIndexForward: false,
        ConsistentRead: true,
        Limit: limit,
      }),
    );
    const versions = items.map((item) => versionedOf<Definition>(item));
    const last = versions.at(-1)?.definitionVersion ?? 1;
    return { versions, next: last > 1 ? { before: last, skip: 0 } : null };
  }

  #keep(key: string, found: Versioned<Definition>, bytes: number): void {
    this.#knownBytes += bytes - (this.#known.get(key)?.bytes ?? 0); // two who asked at once both come here
    this.#known.set(key, { found, bytes });
    for (const [oldest, entry] of this.#known) {
      if (this.#known.size <= knownMax && this.#knownBytes <= knownBytesMax) return;
      this.#known.delete(oldest);
      this.#knownBytes -= entry.bytes;
    }
  }
}

function versionedOf<Definition>(item: Record<string, unknown>): Versioned<Definition> {
  const { sk, u, p } = itemSchema.parse(item);
  return { definitionVersion: Number(sk), definition: JSON.parse(p) as Definition, createdAtMs: u };
}
