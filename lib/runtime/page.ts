import type * as z from "zod";
import type { ApiRequest } from "./api-request.ts";
import { openCursor, sealCursor } from "./cursor.ts";
import { type HttpAnswer, json } from "./http-answer.ts";

/** A list's way to read one page from a position. */
type PageReader<Position> = {
  window: { limit: number; offset: number; cursor: string | null };
  /** All that a position depends on: the filters and the sort. */
  scope: unknown;
  positionSchema: z.ZodType<Position>;
  read: (from: Position) => Promise<{ items: unknown[]; next: Position | null; total: number | null }>;
};

/**
 * Answers a list: `{items, count, total, limit, offset, next_cursor}` and `Link: rel="next"`. A cursor replaces `offset`.
 *
 * @throws DomainError `invalid_cursor` for a cursor this list did not give.
 */
export async function page<Position extends { skip: number }>(
  request: ApiRequest,
  { window, scope, positionSchema, read }: PageReader<Position>,
): Promise<HttpAnswer> {
  const { limit, offset, cursor } = window;
  const cursorScope = [request.route.id, scope];
  const from =
    cursor === null ? positionSchema.parse({ skip: offset }) : await openCursor(cursor, cursorScope, positionSchema);
  const { items, next, total } = await read(from);
  const nextCursor = next === null ? null : await sealCursor(next, cursorScope);
  const body = {
    items,
    count: items.length,
    total,
    limit,
    offset: cursor === null ? offset : 0,
    next_cursor: nextCursor,
  };
  return json(body, nextCursor === null ? {} : { link: `<${nextPath(request, nextCursor)}>; rel="next"` });
}

/** The next page's path: the same query with the new cursor, without `offset`, which the cursor holds. */
function nextPath(request: ApiRequest, cursor: string): string {
  const query = new URLSearchParams(request.rawQuery);
  query.delete("offset");
  query.set("cursor", cursor);
  return `${request.encodedPath}?${query}`;
}
