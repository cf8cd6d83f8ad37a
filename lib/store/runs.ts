import { DomainError } from "#domain/domain-error.ts";
import type { Run } from "#domain/run.ts";
import { parseUuid } from "#domain/uuid7.ts";
import { type Committed, type ConditionalPut, commit, type Write, type WrittenBy } from "./commit.ts";
import { getItem } from "./get-item.ts";
import { itemSizeBytes } from "./item-size.ts";
import { chunkName, chunkWrite } from "./journal-chunks.ts";
import { dueSortKey, journalChunkKey, runKey, runPayloadKey } from "./keys.ts";
import { keysOf, removeItem } from "./partition.ts";
import { erasedRunItem, type LoadedRun, parseRun, runItem } from "./run-head.ts";

/** A head stays within one write unit, since every step of a run writes it. */
const headBytesMax = 1024;
/** What the commit adds: the id of the request and those of the last writes. */
const committedBytes = 36 + 4 * 12 + 10;
/** A longer payload is an item of its own, so that the head has room for what the steps put out. */
const inlinePayloadBytesMax = 512;

/** The writes that create a run: its head, and its payload too when it is long. All or nothing. */
export function insertRun(run: Run, payload: unknown): Write[] {
  const text = JSON.stringify(payload);
  const bytes = Buffer.byteLength(text);
  if (bytes <= inlinePayloadBytesMax) return [{ item: runItem(run, { p: text }, null), condition: { absent: true } }];
  return [{ item: runItem(run, { z: bytes }, null), condition: { absent: true } }, payloadWrite(run, text)];
}

function payloadWrite({ id, payloadGeneration }: Run, text: string): Write {
  return { item: { ...runPayloadKey(id, payloadGeneration), v: 1, p: text }, condition: { absent: true } };
}

/** The write that replaces a loaded run by its next state, if it is still the one that was loaded. */
export function replaceRun(loaded: LoadedRun, next: Run): ConditionalPut {
  const { run, payload, due, writeIds } = loaded;
  const item = runItem({ ...next, version: run.version + 1 }, payload, due);
  return { item, condition: { version: run.version, writeIds } };
}

/**
 * The writes that replace a loaded run by one of the next generation, which has a payload of its own. The payload before it
 * is kept, as an item of its own, for the timeline.
 */
export function replaceRunAndPayload(loaded: LoadedRun, next: Run, payload: unknown): Write[] {
  const text = JSON.stringify(payload);
  const bytes = Buffer.byteLength(text);
  const { run, payload: before } = loaded;
  const isInline = bytes <= inlinePayloadBytesMax;
  const head = replaceRun({ ...loaded, payload: isInline ? { p: text } : { z: bytes } }, next);
  return [
    head,
    ...("p" in before ? [payloadWrite(run, before.p)] : []),
    ...(isInline ? [] : [payloadWrite(next, text)]),
  ];
}

/** The write that erases a loaded run. What else belongs to it is cleared once its stream has told of it. */
export function eraseRun({ run, writeIds }: LoadedRun, nowMs: number): Write {
  return { item: erasedRunItem(run, nowMs), condition: { version: run.version, writeIds } };
}

/**
 * Saves the next state of a loaded run as a worker does. A journal that would make the head too large goes into a chunk
 * first; a chunk that no head names is never read, and is cleared with its run.
 *
 * @returns what was saved, to go on from; else what stands there now (null: nothing, it was erased)
 */
export async function saveRun(
  loaded: LoadedRun,
  next: Run,
  by: WrittenBy,
): Promise<{ saved: true; loaded: LoadedRun } | { saved: false; current: LoadedRun | null }> {
  const fitted = await withRoom(loaded, next, by);
  const write = replaceRun(loaded, fitted);
  const committed = await commit([write], by);
  if (!committed.committed) return { saved: false, current: currentOf(committed) };
  const item = { ...write.item, q: by.requestId, w: [by.writeId, ...loaded.writeIds].slice(0, 4) };
  const saved = parseRun(item);
  if (saved === null) throw new Error("A run was saved as erased.");
  return { saved: true, loaded: saved };
}

/** Loads a run: one consistent read. Null when there is none with this id. */
export async function findRun(idText: string, nowMs: number): Promise<LoadedRun | null> {
  const id = parseUuid(idText);
  const item = id === null ? undefined : await getItem(runKey(id));
  const loaded = item === undefined ? null : parseRun(item);
  if (loaded?.expiresAtSeconds != null && loaded.expiresAtSeconds * 1000 <= nowMs) return null;
  return loaded;
}

/** Loads a run as `findRun` does. @throws DomainError `resource_not_found` when there is none with this id. */
export async function loadRun(id: string, nowMs: number): Promise<LoadedRun> {
  const loaded = await findRun(id, nowMs);
  if (loaded === null) throw new DomainError("resource_not_found", "Run not found");
  return loaded;
}

/** What a run goes by: in its head, or one read more. */
export async function readRunPayload(loaded: LoadedRun): Promise<Record<string, unknown>> {
  return (await readPayloadOf(loaded, loaded.run.payloadGeneration)) ?? {};
}

/** What a run went by once: the payload that a generation of it brought. Null when it is gone with its run. */
export async function readPayloadOf(
  { run, payload }: LoadedRun,
  generation: number,
): Promise<Record<string, unknown> | null> {
  const isInHead = generation === run.payloadGeneration && "p" in payload;
  const text = isInHead ? payload.p : (await getItem(runPayloadKey(run.id, generation)))?.p;
  return typeof text === "string" ? (JSON.parse(text) as Record<string, unknown>) : null;
}

async function withRoom(loaded: LoadedRun, next: Run, by: WrittenBy): Promise<Run> {
  const { journal } = next;
  const size = itemSizeBytes(runItem(next, loaded.payload, loaded.due)) + committedBytes;
  if (size <= headBytesMax || journal.tail.length === 0) return next;
  const chunk = chunkName(journal, by.writeId);
  await commit([chunkWrite(next.id, chunk, journal)], by); // whether it stood there already or not: nobody else makes it
  return { ...next, journal: { ...journal, tail: [], chunks: [...journal.chunks, chunk] } };
}

function currentOf(refused: Extract<Committed, { committed: false }>): LoadedRun | null {
  return refused.current === null ? null : parseRun(refused.current);
}

/** Removes what belongs to a run besides its head: payloads and journal. What is gone already is no error. */
export async function removeRunParts(runId: string): Promise<void> {
  for (const { pk } of [runPayloadKey(runId, 0), journalChunkKey(runId, "")]) {
    for (const key of await keysOf(pk)) await removeItem(key);
  }
}

/**
 * Gives an unfinished run its first place in the index that the sweep reads, in a version of its own: whoever changes it at
 * the same time is refused, and keeps the place when it decides anew. False when somebody changed it meanwhile.
 */
export async function placeRun(loaded: LoadedRun, dueMs: number, writeId: string): Promise<boolean> {
  const { item, condition } = replaceRun(loaded, loaded.run);
  const write: Write = { item: { ...item, r: dueSortKey(dueMs, loaded.run.id) }, condition };
  return (await commit([write], { writeId, requestId: loaded.requestId })).committed;
}
