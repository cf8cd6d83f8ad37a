import type { DatabaseSync } from "node:sqlite";

/** How far a mapping has come in a shard, and the tumbling window that is open there. */
export type Checkpoint = {
  readonly sequence: bigint | null;
  readonly window: { readonly startMs: number; readonly state: unknown } | null;
};

/** The checkpoints of all mappings, on disk before a batch counts as delivered. */
export type Checkpoints = {
  /** By shard id. */
  of(mappingId: string): Map<string, Checkpoint>;
  save(mappingId: string, shardId: string, checkpoint: Checkpoint): void;
};

/** Keeps checkpoints in the run's notes. */
export function checkpoints(notes: DatabaseSync): Checkpoints {
  notes.exec(`CREATE TABLE IF NOT EXISTS stream_checkpoints (
    mapping TEXT, shard TEXT, sequence TEXT, window TEXT, PRIMARY KEY (mapping, shard))`);
  const read = notes.prepare("SELECT shard, sequence, window FROM stream_checkpoints WHERE mapping = ?");
  const write = notes.prepare("INSERT OR REPLACE INTO stream_checkpoints VALUES (?, ?, ?, ?)");
  return {
    of: (mappingId) =>
      new Map(
        read.all(mappingId).map(({ shard, sequence, window }) => [
          String(shard),
          {
            sequence: sequence === null ? null : BigInt(String(sequence)),
            window: window === null ? null : JSON.parse(String(window)),
          },
        ]),
      ),
    save: (mappingId, shardId, { sequence, window }) => {
      write.run(
        mappingId,
        shardId,
        sequence === null ? null : String(sequence),
        window === null ? null : JSON.stringify(window),
      );
    },
  };
}
