import * as z from "zod";
import { ttlAttribute } from "#contract/table-schema.ts";
import { isFinished, type Run, runStatuses } from "#domain/run.ts";
import { sweepAtMs } from "#domain/run-due.ts";
import type { NewItem } from "./commit.ts";
import { type ItemFormat, upgraded } from "./item-format.ts";
import { journalText, parseJournalText } from "./journal-text.ts";
import { dueMsOf, dueSortKey, namedSortKey, runKey, separator } from "./keys.ts";
import type { PayloadPlace } from "./record-head.ts";

/** The head of a run. What has its first value (no lease, first step, first attempt) is left out. */
const headSchema = z.object({
  pk: z.string(),
  sk: z.string(),
  f: z.number(), // the item's format
  v: z.number().int(),
  w: z.array(z.string()), // write ids of the last versions
  q: z.string(), // the request that wrote it last
  s: z.enum(runStatuses),
  g: z.string(), // workflow id TAB id
  o: z.string().optional(), // tag TAB id
  tb: z.string().optional(), // who triggered it
  r: z.string().optional(), // when the sweep looks after it, or a status that is rare
  u: z.number(), // when it was written last, in milliseconds
  e: z.number().optional(), // when it ended, in milliseconds
  n: z.number(), // version of the definition
  b: z.number().default(0), // generation
  bp: z.number().default(0), // the generation that brought the payload
  i: z.number().default(0), // step
  a: z.number().default(1), // attempt
  m: z.number().optional(), // when the step began, in milliseconds
  t: z.number().optional(), // not before, in milliseconds
  h: z.number().default(0), // fence
  l: z.number().optional(), // leased until, in milliseconds
  k: z.string().optional(), // epoch of the lease
  c: z.number().default(0), // claims
  y: z.number(), // entries in the journal
  j: z.string().default("[]"), // its newest, as JSON text
  x: z.array(z.string()).default([]), // the chunks with the others
  d: z.string().optional(), // why it failed
  p: z.string().optional(), // the payload as JSON text; absent: it is an item of its own
  z: z.number().optional(), // bytes of a payload that is an item of its own
  kd: z.number().optional(), // days it is kept after its end
  [ttlAttribute]: z.number().optional(), // when it expires, in seconds
});

type RunHead = z.infer<typeof headSchema>;

const format: ItemFormat = { current: 1, upgrades: {} };

/** What stands in the place of an erased run for a while, so that a repeat of the erasure is known as such. */
const erased = "erased";
const erasedKeptSeconds = 26 * 3600;

/** A run as it was loaded, with what a write on its condition needs. `due` is its place in the index `rare`; null: none. */
export type LoadedRun = {
  run: Run;
  payload: PayloadPlace;
  due: string | null;
  writeIds: string[];
  requestId: string;
  expiresAtSeconds: number | null;
};

/** Reads an item as a run, whatever format it was written in. Null for what is left of an erased one. */
export function parseRun(item: Record<string, unknown>): LoadedRun | null {
  if (item.s === erased) return null;
  const head = headSchema.parse(upgraded(format, item));
  return {
    run: runOf(head),
    payload: head.p === undefined ? { z: head.z ?? 0 } : { p: head.p },
    due: head.r ?? null,
    writeIds: head.w,
    requestId: head.q,
    expiresAtSeconds: head[ttlAttribute] ?? null,
  };
}

function runOf(head: RunHead): Run {
  return {
    id: head.sk,
    workflowId: firstOf(head.g),
    definitionVersion: head.n,
    tag: head.o === undefined ? null : firstOf(head.o),
    triggeredBy: head.tb ?? null,
    status: head.s,
    generation: head.b,
    payloadGeneration: head.bp,
    step: head.i,
    attempt: head.a,
    stepStartedAtMs: head.m ?? null,
    wakeAtMs: head.t ?? null,
    fence: head.h,
    lease: head.l === undefined ? null : { untilMs: head.l, epoch: head.k ?? "" },
    claims: head.c,
    journal: { count: head.y, tail: parseJournalText(head.j, head.y), chunks: head.x },
    error: head.d ?? null,
    updatedAtMs: head.u,
    finishedAtMs: head.e ?? null,
    keptDays: head.kd ?? null,
    version: head.v,
  };
}

/**
 * The head of a run, but for what the commit adds.
 *
 * @param due its place in `rare` so far: a run in a worker's hands keeps it, since to move it would cost two writes
 */
export function runItem(run: Run, payload: PayloadPlace, due: string | null): NewItem {
  const { journal, lease } = run;
  return {
    ...runKey(run.id),
    f: format.current,
    v: run.version,
    s: run.status,
    g: namedSortKey(run.workflowId, run.id),
    ...(run.tag === null ? {} : { o: namedSortKey(run.tag, run.id) }),
    ...(run.triggeredBy === null ? {} : { tb: run.triggeredBy }),
    ...placeInRare(run, due),
    u: run.updatedAtMs,
    n: run.definitionVersion,
    y: journal.count,
    ...payload,
    ...given({ b: run.generation || null, bp: run.payloadGeneration || null }),
    ...given({ i: run.step || null, a: run.attempt === 1 ? null : run.attempt }),
    ...given({ m: run.stepStartedAtMs, t: run.wakeAtMs, h: run.fence || null, c: run.claims || null }),
    ...(lease === null ? {} : { l: lease.untilMs, k: lease.epoch }),
    ...given({ e: run.finishedAtMs, d: run.error, kd: run.keptDays }),
    ...(journal.tail.length === 0 ? {} : { j: journalText(journal.tail) }),
    ...(journal.chunks.length === 0 ? {} : { x: [...journal.chunks] }),
    ...lifetimeOf(run),
  };
}

/** What takes the place of an erased run for a while. */
export function erasedRunItem(run: Run, nowMs: number): NewItem {
  const ttl = Math.floor(nowMs / 1000) + erasedKeptSeconds;
  return { ...runKey(run.id), v: run.version + 1, s: erased, u: nowMs, [ttlAttribute]: ttl };
}

/**
 * Failed, cancelled and paused runs are few enough to stand in the index by name; others stand there when they are due. A
 * place that an unfinished run has is never taken from it: the sweep looked at it, and will not do so again by itself.
 */
function placeInRare(run: Run, due: string | null): { r?: string } {
  if (run.status === "FAILED" || run.status === "CANCELLED" || run.status === "PAUSED") {
    return { r: namedSortKey(run.status, run.id) };
  }
  if (isFinished(run)) return {};
  const kept = due !== null && dueMsOf(due) !== null ? { r: due } : null;
  if (run.status === "RUNNING" && kept !== null) return kept;
  const atMs = sweepAtMs(run, run.updatedAtMs);
  return atMs === null ? (kept ?? {}) : { r: dueSortKey(atMs, run.id) };
}

function lifetimeOf(run: Run): { [ttlAttribute]?: number } {
  if (run.keptDays === null || !isFinished(run) || run.finishedAtMs === null) return {};
  return { [ttlAttribute]: Math.ceil(run.finishedAtMs / 1000) + run.keptDays * 86_400 };
}

function given(attributes: Record<string, string | number | null>): Record<string, string | number> {
  const present = Object.entries(attributes).filter(([, value]) => value !== null);
  return Object.fromEntries(present) as Record<string, string | number>;
}

function firstOf(sortKey: string): string {
  return sortKey.slice(0, sortKey.indexOf(separator));
}
