import type { Journal, JournalEntry } from "#domain/journal.ts";
import type { Write } from "./commit.ts";
import { getMany } from "./get-many.ts";
import { journalText, parseJournalText } from "./journal-text.ts";
import { journalChunkKey } from "./keys.ts";

/** A chunk's name: the number of its last entry, and the write that made it, so that no two writers make the same. */
export function chunkName(journal: Journal, writeId: string): string {
  return `${String(journal.count).padStart(6, "0")}-${writeId}`;
}

/** The write that stores the tail of a journal as a chunk. */
export function chunkWrite(runId: string, chunk: string, journal: Journal): Write {
  return {
    item: { ...journalChunkKey(runId, chunk), v: 1, j: journalText(journal.tail) },
    condition: { absent: true },
  };
}

/** Every entry of a run's journal, oldest first: those of its chunks are read, a hundred at once. */
export async function readJournal(runId: string, { tail, chunks }: Journal): Promise<JournalEntry[]> {
  if (chunks.length === 0) return [...tail];
  const items = await getMany(
    chunks.map((chunk) => journalChunkKey(runId, chunk)),
    true,
  );
  const texts = new Map(items.map((item) => [String(item.sk), String(item.j)]));
  const older = chunks.flatMap((chunk) => parseJournalText(texts.get(chunk) ?? "[]", Number(chunk.slice(0, 6))));
  return [...older, ...tail];
}

/** The part of a journal that holds what came after its first `count` entries: a chunk is named by its last. */
export function journalAfter(journal: Journal, count: number): Journal {
  return { ...journal, chunks: journal.chunks.filter((chunk) => Number(chunk.slice(0, 6)) > count) };
}
