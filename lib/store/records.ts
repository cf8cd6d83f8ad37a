import { DomainError } from "#domain/domain-error.ts";
import type { IngestedRecord } from "#domain/record.ts";
import { parseUuid } from "#domain/uuid7.ts";
import type { Write } from "./commit.ts";
import { getItem } from "./get-item.ts";
import { itemSizeBytes } from "./item-size.ts";
import { payloadKey, recordKey } from "./keys.ts";
import { erasedHeadOf, headOf, isExpired, lifetimeOf, type PayloadPlace, parseHead, recordOf } from "./record-head.ts";

/** A head stays within one write unit, so that processing a record costs one, whatever its payload. */
const headBytesMax = 1024;
/** What a head gets besides: request id and write ids, and by processing a class, score and rule, less its entry in `rare`. */
const otherBytes = 58;
/** An item may have 400 KB. A body within its limit gets beyond when numbers are written shorter than we keep them: 1e20. */
const payloadBytesMax = 390 * 1024;

/** A record as it was loaded, with what a write on its condition needs: earlier write ids, and where its payload is. */
export type LoadedRecord = { record: IngestedRecord; writeIds: string[]; payload: PayloadPlace };

/**
 * The writes that create a record: its head, and its payload too when it is long. All or nothing.
 *
 * @throws DomainError `payload_too_large` for a payload that no item can hold.
 */
export function insertRecord(record: IngestedRecord): Write[] {
  const payload = JSON.stringify(record.payload);
  const inline = headOf(record, { p: payload });
  if (itemSizeBytes(inline) + otherBytes <= headBytesMax) return [{ item: inline, condition: { absent: true } }];
  const payloadBytes = Buffer.byteLength(payload);
  if (payloadBytes > payloadBytesMax) {
    throw new DomainError(
      "payload_too_large",
      `Written out, the payload has ${payloadBytes} bytes: at most ${payloadBytesMax} are stored.`,
    );
  }
  return [
    { item: headOf(record, { z: payloadBytes }), condition: { absent: true } },
    { item: { ...payloadKey(record.id), v: 1, p: payload, ...lifetimeOf(record) }, condition: { absent: true } },
  ];
}

/** The write that replaces a loaded record by its next version, if it is still the one that was loaded. */
export function replaceRecord(loaded: LoadedRecord, next: IngestedRecord): Write[] {
  const { record, writeIds, payload } = loaded;
  return [{ item: headOf(next, payload), condition: { version: record.version, writeIds } }];
}

/** The writes that erase a loaded record and its payload, if it is still the one that was loaded. */
export function eraseRecord({ record, writeIds, payload }: LoadedRecord, nowMs: number): Write[] {
  const head: Write = { item: erasedHeadOf(record, nowMs), condition: { version: record.version, writeIds } };
  return "p" in payload ? [head] : [head, { remove: payloadKey(record.id) }];
}

/** Loads a record with its payload: one consistent read, two when the payload is an item of its own. Null when there is none. */
export async function findRecord(idText: string, nowMs: number): Promise<LoadedRecord | null> {
  const id = parseUuid(idText);
  const item = id === null ? undefined : await getItem(recordKey(id));
  const head = item === undefined ? null : parseHead(item);
  if (head === null || isExpired(head, nowMs)) return null;
  if (head.p !== undefined) return { record: recordOf(head, head.p), writeIds: head.w, payload: { p: head.p } };
  const text = (await getItem(payloadKey(head.sk)))?.p;
  if (typeof text !== "string") return null; // erased since the head was read
  return { record: recordOf(head, text), writeIds: head.w, payload: { z: head.z ?? 0 } };
}

/** Loads a record as `findRecord` does. @throws DomainError `resource_not_found` when there is none with this id. */
export async function loadRecord(id: string, nowMs: number): Promise<LoadedRecord> {
  const loaded = await findRecord(id, nowMs);
  if (loaded === null) throw new DomainError("resource_not_found", "Record not found");
  return loaded;
}
