import { accessSync, constants, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** A directory that this run alone uses. */
export type DataDirectory = {
  readonly path: string;
  readonly isTemporary: boolean;
  /** The run's own notes: checkpoints, ticks, expiries. */
  readonly notes: DatabaseSync;
  /** Gives the directory up; one of `:memory:` is removed. */
  release(): void;
};

/**
 * Takes a data directory for this process. The lock is SQLite's own on `local.sqlite`, which the system lifts when the
 * process ends in whatever way, so that no lock is ever stale.
 *
 * `:memory:` is a directory of its own on a RAM disk where there is one: dynoxide without a file cannot be given the
 * indexes that keep its writes fast.
 *
 * @throws Error naming the process that holds the directory.
 */
export function takeDataDirectory(dataDir: string): DataDirectory {
  const isTemporary = dataDir === ":memory:";
  const path = isTemporary ? mkdtempSync(join(memoryDirectory(), "local-")) : resolve(dataDir);
  mkdirSync(path, { recursive: true });
  const notes = new DatabaseSync(join(path, "local.sqlite"));
  const pidPath = join(path, "local.pid");
  try {
    notes.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
    notes.exec(
      "CREATE TABLE IF NOT EXISTS started (at INTEGER); DELETE FROM started; INSERT INTO started VALUES (unixepoch());",
    );
  } catch (cause) {
    notes.close();
    throw new Error(`${path} is in use by ${holder(pidPath)}: stop it, or set DATA_DIR to another directory`, {
      cause,
    });
  }
  writeFileSync(pidPath, String(process.pid));
  return {
    path,
    isTemporary,
    notes,
    release: () => {
      rmSync(pidPath, { force: true });
      notes.close();
      if (isTemporary) rmSync(path, { recursive: true, force: true });
    },
  };
}

function holder(pidPath: string): string {
  try {
    return `process ${readFileSync(pidPath, "utf8")}`;
  } catch {
    return "another process";
  }
}

function memoryDirectory(): string {
  try {
    accessSync("/dev/shm", constants.W_OK);
    return "/dev/shm";
  } catch {
    return tmpdir();
  }
}
