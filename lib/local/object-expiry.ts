import type { BucketModel } from "./model.ts";
import type { ObjectFolder } from "./object-folder.ts";

const dayMs = 86_400_000;

/**
 * Deletes objects whose lifecycle rule says so: so many days after they were written, rounded up to midnight UTC, as S3 does.
 *
 * @returns how many.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
 */
export async function expireObjects(
  buckets: readonly BucketModel[],
  folders: ReadonlyMap<string, ObjectFolder>,
  now: number,
): Promise<number> {
  let count = 0;
  for (const { name, expiries } of buckets) {
    const folder = folders.get(name);
    if (folder === undefined || expiries.length === 0) continue;
    for (const { key, modifiedMs } of await folder.list()) {
      const days = expiries.filter(({ prefix }) => key.startsWith(prefix)).map((expiry) => expiry.days);
      // Of several rules the earliest holds.
      if (days.length === 0 || Math.ceil(modifiedMs / dayMs + Math.min(...days)) * dayMs > now) continue;
      await folder.delete(key);
      count += 1;
    }
  }
  return count;
}
