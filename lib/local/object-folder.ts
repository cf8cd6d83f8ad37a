import { createHash, randomUUID } from "node:crypto";
import { link, mkdir, open, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** What is known of an object beside its bytes. */
export type ObjectHead = {
  readonly key: string;
  readonly size: number;
  readonly etag: string;
  /** Milliseconds since the epoch. */
  readonly modifiedMs: number;
  /** Given back with it as they came: content type, metadata, checksum. */
  readonly headers: Readonly<Record<string, string>>;
};

/** The objects of one bucket. */
export type ObjectFolder = {
  /** Writes an object whole, or not at all. False when it was to be the first of its key and is not. */
  put(head: ObjectHead, body: Buffer, onlyIfAbsent: boolean): Promise<boolean>;
  get(key: string): Promise<{ readonly head: ObjectHead; readonly body: Buffer } | null>;
  head(key: string): Promise<ObjectHead | null>;
  delete(key: string): Promise<void>;
  /** All of them, by key in the order of its UTF-8 bytes, as S3 lists. */
  list(): Promise<ObjectHead[]>;
};

/** A key has at most 1,024 bytes and metadata 2 KB, so every head fits, even escaped. */
const headBytesMax = 32 * 1024;

/**
 * Opens the folder of a bucket, and clears it of what a killed process left half written.
 *
 * Each object is one file, a line of JSON before its bytes, so that one rename makes or replaces it. Its name is a digest
 * of the key: no key can lead out of the folder, be too long for a name, or differ from another by case alone.
 */
export async function openObjectFolder(directory: string): Promise<ObjectFolder> {
  await mkdir(directory, { recursive: true });
  for (const name of await readdir(directory)) if (name.endsWith(unfinished)) await rm(join(directory, name));
  const pathOf = (key: string) => join(directory, createHash("sha256").update(key).digest("hex"));
  // Read from the files at the first list, and kept up from then on.
  let heads: Promise<Map<string, ObjectHead>> | null = null;

  async function readHeads(): Promise<Map<string, ObjectHead>> {
    const found = new Map<string, ObjectHead>();
    for (const name of await readdir(directory)) {
      if (name.endsWith(unfinished)) continue;
      const head = await orNull(readHead(join(directory, name)));
      if (head !== null) found.set(head.key, head);
    }
    return found;
  }

  return {
    put: async (head, body, onlyIfAbsent) => {
      const path = pathOf(head.key);
      const temporary = `${path}.${randomUUID()}${unfinished}`;
      await writeFile(temporary, Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), body]));
      if (onlyIfAbsent) {
        try {
          // A link, unlike a rename, does not replace.
          await link(temporary, path);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
          throw error;
        } finally {
          await rm(temporary);
        }
      } else await rename(temporary, path);
      (await heads)?.set(head.key, head);
      return true;
    },
    get: async (key) => {
      const content = await orNull(readFile(pathOf(key)));
      if (content === null) return null;
      const end = content.indexOf("\n");
      return { head: JSON.parse(content.toString("utf8", 0, end)), body: content.subarray(end + 1) };
    },
    head: (key) => orNull(readHead(pathOf(key))),
    delete: async (key) => {
      await rm(pathOf(key), { force: true });
      (await heads)?.delete(key);
    },
    list: async () => {
      heads ??= readHeads();
      const entries = [...(await heads).values()].map((head) => ({ head, bytes: Buffer.from(head.key) }));
      return entries.sort((a, b) => Buffer.compare(a.bytes, b.bytes)).map(({ head }) => head);
    },
  };
}

const unfinished = ".unfinished";

async function readHead(path: string): Promise<ObjectHead> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytesMax), 0, headBytesMax, 0);
    return JSON.parse(buffer.toString("utf8", 0, buffer.subarray(0, bytesRead).indexOf("\n")));
  } finally {
    await file.close();
  }
}

async function orNull<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
