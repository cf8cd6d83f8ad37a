import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { crc32 } from "node:zlib";
import { unchunked } from "./aws-chunked.ts";
import { AwsError } from "./aws-error.ts";

/** The bytes of an upload, and what is kept with them. */
export type Upload = { readonly body: Buffer; readonly headers: Readonly<Record<string, string>> };

/** What an object gives back as it came. */
const kept = new Set([
  "content-type",
  "content-language",
  "content-disposition",
  "content-encoding",
  "cache-control",
  "expires",
]);

type Digest = (body: Buffer) => string;
const hash =
  (algorithm: string): Digest =>
  (body) =>
    createHash(algorithm).update(body).digest("base64");

/** By header. Node knows no CRC32C and no CRC64NVME. */
const digests: Readonly<Record<string, Digest>> = {
  "content-md5": hash("md5"),
  "x-amz-checksum-sha1": hash("sha1"),
  "x-amz-checksum-sha256": hash("sha256"),
  "x-amz-checksum-crc32": (body) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(crc32(body));
    return bytes.toString("base64");
  },
};

/** Headers of checksums, which a reader gets if it asks for them. */
export const isChecksum = (header: string) => header.startsWith("x-amz-checksum-");

/**
 * Reads an upload: takes chunks apart and checks every checksum that came with it, before or after the body.
 *
 * @throws AwsError `BadDigest`, `IncompleteBody`
 */
export function readUpload(sent: IncomingHttpHeaders, content: Buffer): Upload {
  const isChunked = String(sent["content-encoding"] ?? "").includes("aws-chunked");
  const { body, trailers } = isChunked ? unchunked(content) : { body: content, trailers: {} };
  const length = sent["x-amz-decoded-content-length"];
  if (isChunked && length !== undefined && Number(length) !== body.length)
    throw new AwsError("IncompleteBody", "The request body terminated unexpectedly");
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries({ ...sent, ...trailers })) {
    if (typeof value !== "string") continue;
    const digest = digests[name];
    if (digest !== undefined && digest(body) !== value)
      throw new AwsError("BadDigest", `The ${name} you specified did not match the calculated checksum.`);
    if (digest !== undefined ? isChecksum(name) : kept.has(name) || name.startsWith("x-amz-meta-"))
      headers[name] = value;
  }
  const encoding = (headers["content-encoding"] ?? "").replace(/\s*aws-chunked\s*,?\s*/, "");
  delete headers["content-encoding"];
  if (encoding !== "") headers["content-encoding"] = encoding;
  return { body, headers: { "content-type": "binary/octet-stream", ...headers } };
}
