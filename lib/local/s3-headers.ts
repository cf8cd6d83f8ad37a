import type { IncomingHttpHeaders } from "node:http";
import { AwsError } from "./aws-error.ts";

// Headers that are understood, or change nothing on a laptop.
const understood = new Set([
  "x-amz-checksum-crc32",
  "x-amz-checksum-mode",
  "x-amz-checksum-sha1",
  "x-amz-checksum-sha256",
  "x-amz-content-sha256",
  "x-amz-date",
  "x-amz-decoded-content-length",
  "x-amz-sdk-checksum-algorithm",
  "x-amz-security-token",
  "x-amz-server-side-encryption",
  "x-amz-storage-class",
  "x-amz-trailer",
  "x-amz-user-agent",
]);
// Conditions and parts, which would be wrong to pass over.
const conditions = ["if-match", "if-modified-since", "if-unmodified-since", "range"];

/**
 * Refuses headers that ask for what is not emulated.
 *
 * @throws AwsError `NotImplemented`, naming the header and the file to extend.
 */
export function checkS3Headers(headers: IncomingHttpHeaders, method: string): void {
  const strange = Object.keys(headers).find((name) => {
    if (conditions.includes(name)) return true;
    if (name === "if-none-match") return method !== "PUT" || headers[name] !== "*";
    return name.startsWith("x-amz-") && !name.startsWith("x-amz-meta-") && !understood.has(name);
  });
  if (strange === undefined) return;
  const value = `${strange}: ${headers[strange]}`;
  throw new AwsError("NotImplemented", `lib/local does not understand ${value}; add it to lib/local/s3.ts`, 501);
}
