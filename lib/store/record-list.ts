import type { IngestedRecord, RecordStatus } from "#domain/record.ts";
import { getMany } from "./get-many.ts";
import { payloadKey, recordKey } from "./keys.ts";
import { type CreatedWithin, isWithin, listPage, namedRange, type Position, timeRange } from "./list-page.ts";
import { isExpired, namesOf, parseHead, type RecordHead, recordOf } from "./record-head.ts";
import type { Range } from "./walk.ts";

/** What a list of records asks for. Times are inclusive, in milliseconds since the epoch. */
export type RecordQuery = CreatedWithin & {
  status: RecordStatus | null;
  category: string | null;
  source: string | null;
  sortBy: "created_at" | "status" | "category" | "source";
  forward: boolean;
};

export type RecordPage = { records: IngestedRecord[]; next: Position | null };

/** A range, and the one status it is read for when its index does not say (null: any). */
type Part = Range & { status: RecordStatus | null };

/** Reads one page, as `listPage` does. */
export async function listRecords(
  query: RecordQuery,
  limit: number,
  from: Position,
  nowMs: number,
): Promise<RecordPage> {
  const { heads, next } = await listPage<RecordHead, Part>(
    {
      family: "record",
      parts: partsOf(query),
      forward: query.forward,
      keyOf: recordKey,
      parse: (item) => liveHead(item, nowMs),
      matches: (head, part) => matches(query, part, head),
      extraBytes: (head) => head.z ?? 0,
    },
    limit,
    from,
  );
  return { records: await recordsOf(heads), next };
}

async function recordsOf(heads: readonly RecordHead[]): Promise<IngestedRecord[]> {
  const long = heads.filter((head) => head.p === undefined).map((head) => payloadKey(head.sk));
  const payloads = new Map((await getMany(long)).map((item) => [String(item.pk), String(item.p)]));
  return heads.flatMap((head) => {
    const payload = head.p ?? payloads.get(payloadKey(head.sk).pk);
    return payload === undefined ? [] : [recordOf(head, payload)];
  });
}

/** The ranges that hold every record a query may give, in the order of its sort. */
function partsOf(query: RecordQuery): Part[] {
  const { status, category, source, sortBy } = query;
  if (sortBy === "status") return statusParts(query);
  if (sortBy === "category") return [{ ...namedRange("group", category, query), status }];
  if (sortBy === "source") return [{ ...namedRange("origin", source, query), status }];
  if (status === "pending" || status === "failed") return [{ ...namedRange("rare", status, query), status }];
  if (category !== null) return [{ ...namedRange("group", category, query), status }];
  if (source !== null) return [{ ...namedRange("origin", source, query), status }];
  return [{ ...timeRange(query), status }];
}

/** Statuses in their alphabetical order. The rare ones have an index; `processed` is most of the table, and filtered. */
function statusParts(query: RecordQuery): Part[] {
  const parts: Part[] = [
    { ...namedRange("rare", "failed", query), status: "failed" },
    { ...namedRange("rare", "pending", query), status: "pending" },
    { ...timeRange(query), status: "processed" },
  ];
  const asked = parts.filter((part) => query.status === null || query.status === part.status);
  return query.forward ? asked : asked.reverse();
}

function matches(query: RecordQuery, part: Part, head: RecordHead): boolean {
  const { category, source } = namesOf(head);
  return (
    (part.status === null || head.s === part.status) &&
    (query.category === null || category === query.category) &&
    (query.source === null || source === query.source) &&
    isWithin(head.sk, query)
  );
}

/** An item's head, or null when its record is erased or its time is over. */
function liveHead(item: Record<string, unknown>, nowMs: number): RecordHead | null {
  const head = parseHead(item);
  return head === null || isExpired(head, nowMs) ? null : head;
}
