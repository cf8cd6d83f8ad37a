import * as z from "zod";
import type { HistoryEntry, InstanceHappening } from "#domain/history.ts";

/** An entry as it is stored: short names, since every byte of a head is billed at every write. */
const entrySchema = z.object({
  y: z.enum(["comment", "migrate", "escalate", "skip"]).optional(), // absent: an executed action
  v: z.number(), // the version it led to
  t: z.number(), // when, in milliseconds
  b: z.string().optional(), // by whom
  a: z.string().optional(), // action
  f: z.string().optional(), // from which state, or in which
  o: z.string().optional(), // to which state; absent: the same
  c: z.string().optional(), // comment, or reason
  i: z.unknown().optional(), // input
  d: z.record(z.string(), z.unknown()).optional(), // members of data that were set
  r: z.string().optional(), // run
  n: z.number().optional(), // from which version of the definition
  m: z.number().optional(), // to which version of the definition
  z: z.number().optional(), // bytes of comment, input and data, which are an item of their own
});
type StoredEntry = z.infer<typeof entrySchema>;

/** What of an entry may be long. */
const detailsSchema = entrySchema.pick({ c: true, i: true, d: true });

/** Longer details are an item of their own. */
const inlineDetailsBytesMax = 256;

/** An entry, and the bytes of its details when they are an item of their own; null: it has them with it. */
export type PlacedEntry = { entry: HistoryEntry; detailsBytes: number | null };

/** The details of an entry that are too long to be with it, as JSON text; null: it has none such. */
export function longDetails(entry: HistoryEntry): string | null {
  const { c, i, d } = stored(entry);
  const text = JSON.stringify({ c, i, d });
  return Buffer.byteLength(text) > inlineDetailsBytesMax ? text : null;
}

/** Entries as JSON text, without what is long. Their numbers follow from the last one's. */
export function historyText(entries: readonly PlacedEntry[]): string {
  return JSON.stringify(
    entries.map(({ entry, detailsBytes }) => {
      const { c, i, d, ...rest } = stored(entry);
      return detailsBytes === null ? { ...rest, c, i, d } : { ...rest, z: detailsBytes };
    }),
  );
}

/** The entries in a text; the last of them has the number `lastSequence`. What is long is not with them. */
export function parseHistoryText(text: string, lastSequence: number): PlacedEntry[] {
  const entries = z.array(entrySchema).parse(JSON.parse(text));
  return entries.map((entry, at) => ({
    entry: {
      sequence: lastSequence - entries.length + 1 + at,
      version: entry.v,
      atMs: entry.t,
      ...happeningOf(entry),
    },
    detailsBytes: entry.z ?? null,
  }));
}

/** An entry with its details, as they were stored apart from it. */
export function withDetails(entry: HistoryEntry, text: string): HistoryEntry {
  const { sequence, version, atMs } = entry;
  return {
    sequence,
    version,
    atMs,
    ...happeningOf({ ...stored(entry), ...detailsSchema.parse(JSON.parse(text)) }),
  };
}

function stored(entry: HistoryEntry): StoredEntry {
  const { version: v, atMs: t } = entry;
  switch (entry.type) {
    case "executed": {
      const { actionId: a, fromStateId: f, toStateId, by: b, comment, details, runId } = entry;
      return {
        v,
        t,
        b,
        a,
        f,
        ...(toStateId === f ? {} : { o: toStateId }),
        ...(comment === null ? {} : { c: comment }),
        ...(details?.input === undefined ? {} : { i: details.input }),
        ...(details?.data == null ? {} : { d: details.data }),
        ...(runId === null ? {} : { r: runId }),
      };
    }
    case "commented":
      return { y: "comment", v, t, b: entry.by, c: entry.comment };
    case "migrated": {
      const { by: b, fromVersion: n, toVersion: m, fromStateId: f, toStateId: o } = entry;
      return { y: "migrate", v, t, b, n, m, f, ...(o === f ? {} : { o }) };
    }
    case "escalated":
      return { y: "escalate", v, t, f: entry.stateId };
    case "skipped":
      return { y: "skip", v, t, a: entry.actionId, f: entry.stateId, c: entry.reason };
  }
}

function happeningOf(entry: StoredEntry): InstanceHappening {
  const { a: actionId = "", b: by = "", f: fromStateId = "", c } = entry;
  const toStateId = entry.o ?? fromStateId;
  switch (entry.y) {
    case undefined: {
      const { i: input, d: data = null, r: runId = null } = entry;
      const details = input === undefined && data === null ? null : { input, data };
      return { type: "executed", actionId, fromStateId, toStateId, by, comment: c ?? null, details, runId };
    }
    case "comment":
      return { type: "commented", by, comment: c ?? "" };
    case "migrate":
      return { type: "migrated", by, fromVersion: entry.n ?? 1, toVersion: entry.m ?? 1, fromStateId, toStateId };
    case "escalate":
      return { type: "escalated", stateId: fromStateId };
    case "skip":
      return { type: "skipped", actionId, stateId: fromStateId, reason: c ?? "" };
  }
}
