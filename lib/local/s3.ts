import { createHash } from "node:crypto";
import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";
import { join } from "node:path";
import { AwsError } from "./aws-error.ts";
import { loopbackServer, readAll } from "./loopback-server.ts";
import type { BucketModel } from "./model.ts";
import { expireObjects } from "./object-expiry.ts";
import { type ObjectFolder, type ObjectHead, openObjectFolder } from "./object-folder.ts";
import { hidesMissing, type S3Action, type S3Call, s3Call } from "./s3-call.ts";
import { checkS3Headers } from "./s3-headers.ts";
import { isChecksum, readUpload } from "./s3-upload.ts";
import { deletedXml, errorXml, pageXml, parseDelete } from "./s3-xml.ts";

/** S3 on loopback, in this process: by path-style addresses, which clients use by themselves for an IP address. */
export type S3 = {
  readonly url: string;
  /** Deletes what has expired by the clock; returns how many objects. */
  expire(now: number): Promise<number>;
  stop(): Promise<void>;
};

type Answer = { readonly status: number; readonly headers?: OutgoingHttpHeaders; readonly body?: Buffer | string };
type Action = (folder: ObjectFolder, call: S3Call, request: IncomingMessage, content: Buffer) => Promise<Answer>;

const objectBytesMax = 100 * 1024 * 1024;
const keyBytesMax = 1024;
const pageMax = 1000;

/**
 * Starts S3 on a directory that holds a folder for each bucket. fauxqs serves S3 too, but takes a conditional write for a
 * plain one, a request for tags or the like for one of the object, and any checksum for right.
 */
export async function startS3(directory: string, buckets: readonly BucketModel[]): Promise<S3> {
  const folders = new Map<string, ObjectFolder>();
  for (const { name } of buckets) folders.set(name, await openObjectFolder(join(directory, name)));

  async function answer(request: IncomingMessage): Promise<Answer> {
    const content = await readAll(request);
    const method = request.method ?? "";
    const call = s3Call(method, request.url ?? "/");
    if (call.action === null) {
      const what = `${method} ${request.url}`;
      throw new AwsError("NotImplemented", `lib/local does not understand ${what}; add it to lib/local/s3.ts`, 501);
    }
    checkS3Headers(request.headers, method);
    const folder = folders.get(call.bucket);
    if (folder === undefined) throw new AwsError("NoSuchBucket", "The specified bucket does not exist", 404);
    if (Buffer.byteLength(call.key) > keyBytesMax) throw new AwsError("KeyTooLongError", "Your key is too long");
    return actions[call.action](folder, call, request, content);
  }

  const server = await loopbackServer(async (request, response) => {
    const { status, headers, body } = await answer(request).catch(errorAnswer);
    // The answer to a HEAD has the length of the body that it leaves out.
    const length = status === 204 ? {} : { "content-length": Buffer.byteLength(body ?? "") };
    response.writeHead(status, { "x-amz-request-id": "LOCAL", ...length, ...headers });
    response.end(request.method === "HEAD" ? undefined : body);
  });
  return { ...server, expire: (now) => expireObjects(buckets, folders, now) };
}

function errorAnswer(error: unknown): Answer {
  if (!(error instanceof AwsError)) throw error;
  return xml(errorXml(error.name, error.message), error.status);
}

function xml(body: string, status = 200): Answer {
  return { status, headers: { "content-type": "application/xml" }, body };
}

const actions: Readonly<Record<S3Action, Action>> = {
  PutObject: async (folder, { key }, { headers: sent }, content) => {
    const { body, headers } = readUpload(sent, content);
    if (body.length > objectBytesMax) throw new AwsError("EntityTooLarge", "Your proposed upload is too large");
    const etag = `"${createHash("md5").update(body).digest("hex")}"`;
    const head = { key, size: body.length, etag, modifiedMs: Date.now(), headers };
    const isFree = await folder.put(head, body, sent["if-none-match"] !== undefined);
    if (!isFree) throw new AwsError("PreconditionFailed", "At least one of the pre-conditions did not hold", 412);
    return { status: 200, headers: { etag, ...withChecksums(headers) } };
  },
  GetObject: async (folder, { key }, request) => {
    const found = await folder.get(key);
    if (found === null) throw missing(request);
    return { status: 200, headers: headersOf(found.head, request), body: found.body };
  },
  HeadObject: async (folder, { key }, request) => {
    const head = await folder.head(key);
    if (head === null) throw missing(request);
    return { status: 200, headers: { ...headersOf(head, request), "content-length": head.size } };
  },
  DeleteObject: async (folder, { key }) => {
    await folder.delete(key);
    return { status: 204 };
  },
  DeleteObjects: async (folder, _, { headers }, content) => {
    const wanted = parseDelete(readUpload(headers, content).body.toString());
    if (wanted === null || wanted.keys.length === 0 || wanted.keys.length > pageMax)
      throw new AwsError("MalformedXML", "The XML you provided was not well-formed");
    for (const key of wanted.keys) await folder.delete(key);
    return xml(deletedXml(wanted.keys, wanted.quiet));
  },
  ListObjectsV2: async (folder, { bucket, query }) => xml(pageXml(await page(folder, bucket, query))),
  HeadBucket: async () => ({ status: 200 }),
};

async function page(folder: ObjectFolder, bucket: string, query: URLSearchParams) {
  const prefix = query.get("prefix") ?? "";
  const keysMax = Math.min(Number(query.get("max-keys") ?? pageMax), pageMax);
  if (!Number.isInteger(keysMax) || keysMax < 0) throw new AwsError("InvalidArgument", "max-keys is no whole number");
  const token = query.get("continuation-token");
  const after = Buffer.from(token ?? query.get("start-after") ?? "", token === null ? "utf8" : "base64url");
  const left = (await folder.list()).filter(
    ({ key }) => key.startsWith(prefix) && Buffer.compare(Buffer.from(key), after) > 0,
  );
  const heads = left.slice(0, keysMax);
  const last = heads.at(-1);
  const isCut = last !== undefined && left.length > heads.length;
  return { bucket, prefix, keysMax, heads, nextToken: isCut ? Buffer.from(last.key).toString("base64url") : null };
}

function headersOf({ etag, modifiedMs, headers }: ObjectHead, request: IncomingMessage): OutgoingHttpHeaders {
  const plain = Object.fromEntries(Object.entries(headers).filter(([name]) => !isChecksum(name)));
  const wanted = request.headers["x-amz-checksum-mode"] === "ENABLED" ? withChecksums(headers) : {};
  return { etag, "last-modified": new Date(modifiedMs).toUTCString(), ...plain, ...wanted };
}

function withChecksums(headers: Readonly<Record<string, string>>): OutgoingHttpHeaders {
  const checksums = Object.entries(headers).filter(([name]) => isChecksum(name));
  return checksums.length === 0 ? {} : { ...Object.fromEntries(checksums), "x-amz-checksum-type": "FULL_OBJECT" };
}

function missing(request: IncomingMessage): AwsError {
  return request.headers[hidesMissing] === undefined
    ? new AwsError("NoSuchKey", "The specified key does not exist.", 404)
    : new AwsError("AccessDenied", "Access Denied: without s3:ListBucket AWS does not say whether a key exists", 403);
}
