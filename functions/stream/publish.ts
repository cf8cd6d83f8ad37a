import { clearGone } from "#runtime/events/clear-gone.ts";
import { publishChanges } from "#runtime/events/publish-changes.ts";
import { runChangeOf } from "#runtime/events/run-change.ts";
import { streamOfEach } from "#runtime/stream.ts";

/** Tells of what happens to runs. What the stream brings again is told again, under the same ids. */
export const handler = streamOfEach("events", runChangeOf, { apply: publishChanges, afterwards: clearGone });
