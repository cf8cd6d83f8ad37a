import {
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { DomainError } from "#domain/domain-error.ts";
import { environment } from "./environment.ts";

let client: S3Client | undefined;

/** The client, made on first use: most runs have no output that is long enough. */
function objects(): S3Client {
  client ??= new S3Client({ maxAttempts: 4, requestHandler: { connectionTimeout: 1_000, requestTimeout: 10_000 } });
  return client;
}

/** Who stores something has little time left: it was sent for just before. */
const putMsMax = 5_000;

/** Stores a text as an object, or fails within five seconds. Doing it twice is the same as doing it once. */
export async function putObject(key: string, text: string): Promise<void> {
  const Body = Buffer.from(text);
  await objects().send(
    new PutObjectCommand({ Bucket: environment().OUTPUTS_BUCKET, Key: key, Body, ContentType: "application/json" }),
    { abortSignal: AbortSignal.timeout(putMsMax) },
  );
}

/**
 * The text of an object; null when it is not there.
 *
 * @throws DomainError `service_unavailable` when it broke off: the client tries that again for the head of an answer alone.
 */
export async function getObject(key: string): Promise<string | null> {
  const command = new GetObjectCommand({ Bucket: environment().OUTPUTS_BUCKET, Key: key });
  const answer = await objects().send(command).catch(nullIfMissing);
  try {
    return (await answer?.Body?.transformToString()) ?? null;
  } catch (cause) {
    throw new DomainError("service_unavailable", "An output could not be read to its end. Try again.", { cause });
  }
}

function nullIfMissing(error: unknown): null {
  if (error instanceof NoSuchKey) return null;
  throw error;
}

/** Deletes every object whose key begins so. @throws Error when some could not be deleted: do it again. */
export async function deleteObjects(prefix: string): Promise<void> {
  const Bucket = environment().OUTPUTS_BUCKET;
  for (;;) {
    const { Contents: found = [] } = await objects().send(new ListObjectsV2Command({ Bucket, Prefix: prefix }));
    if (found.length === 0) return;
    const Objects = found.map(({ Key }) => ({ Key }));
    const { Errors: errors = [] } = await objects().send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }),
    );
    if (errors.length > 0) throw new Error(`${errors.length} objects could not be deleted: ${errors[0]?.Code}`);
  }
}
