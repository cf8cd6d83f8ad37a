/** What a start has to undo: the last begun is the first ended. */
export type Cleanups = (() => void | Promise<void>)[];

type Stoppable = { stop(): Promise<void> } | null;

/** Waits for several starts at once. When one fails, the others are still to be stopped: all that did start are noted. */
export async function allStarted<T extends (Promise<Stoppable> | null)[]>(
  cleanups: Cleanups,
  starts: readonly [...T],
): Promise<{ [K in keyof T]: Awaited<T[K]> }> {
  const results = await Promise.allSettled(starts);
  for (const result of results) if (result.status === "fulfilled" && result.value) cleanups.push(result.value.stop);
  for (const result of results) if (result.status === "rejected") throw result.reason;
  return results.map((result) => (result.status === "fulfilled" ? result.value : null)) as {
    [K in keyof T]: Awaited<T[K]>;
  };
}
