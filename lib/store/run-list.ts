import type { RunStatus } from "#domain/run.ts";
import { runKey } from "./keys.ts";
import {
  type CreatedWithin,
  type HeadPage,
  isWithin,
  listPage,
  namedRange,
  type Position,
  timeRange,
} from "./list-page.ts";
import { type LoadedRun, parseRun } from "./run-head.ts";
import type { Range } from "./walk.ts";

/** What a list of runs asks for, the newest first unless `forward`; null: any. */
export type RunQuery = CreatedWithin & {
  workflowId: string | null;
  status: RunStatus | null;
  tag: string | null;
  forward: boolean;
};

/** Reads one page, as `listPage` does. */
export function listRuns(query: RunQuery, limit: number, from: Position, nowMs: number): Promise<HeadPage<LoadedRun>> {
  return listPage<LoadedRun, Range>(
    {
      family: "run",
      parts: [rangeOf(query)],
      forward: query.forward,
      keyOf: runKey,
      parse: (item) => liveRun(item, nowMs),
      matches: ({ run }) =>
        (query.workflowId === null || run.workflowId === query.workflowId) &&
        (query.status === null || run.status === query.status) &&
        (query.tag === null || run.tag === query.tag) &&
        isWithin(run.id, query),
    },
    limit,
    from,
  );
}

/** The one range to read: that of the filter which leaves the fewest. Statuses that most runs pass through have no index. */
function rangeOf(query: RunQuery): Range {
  const { status, tag, workflowId } = query;
  if (tag !== null) return namedRange("origin", tag, query);
  if (status === "FAILED" || status === "CANCELLED" || status === "PAUSED") return namedRange("rare", status, query);
  if (workflowId !== null) return namedRange("group", workflowId, query);
  return timeRange(query);
}

function liveRun(item: Record<string, unknown>, nowMs: number): LoadedRun | null {
  const loaded = parseRun(item);
  const expiresAtSeconds = loaded?.expiresAtSeconds ?? null;
  return expiresAtSeconds !== null && expiresAtSeconds * 1000 <= nowMs ? null : loaded;
}
