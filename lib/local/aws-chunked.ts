import { AwsError } from "./aws-error.ts";

/** A body that was sent in chunks of AWS's own, with the headers that came after it. */
export type Unchunked = { readonly body: Buffer; readonly trailers: Readonly<Record<string, string>> };

/**
 * Takes `aws-chunked` content apart: lines of a length in hex (and perhaps a signature), each with so many bytes after it;
 * a length of zero ends them, and trailing headers follow.
 *
 * @throws AwsError `IncompleteBody` when it breaks off, or is no such content.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 */
export function unchunked(content: Buffer): Unchunked {
  const parts: Buffer[] = [];
  let at = 0;

  function line(): string {
    const end = content.indexOf("\r\n", at);
    if (end < 0) throw incomplete();
    const text = content.toString("latin1", at, end);
    at = end + 2;
    return text;
  }

  for (;;) {
    const [, hex] = /^([0-9a-f]+)(?:;.*)?$/i.exec(line()) ?? [];
    if (hex === undefined) throw incomplete();
    const length = Number.parseInt(hex, 16);
    if (length === 0) break;
    if (content.toString("latin1", at + length, at + length + 2) !== "\r\n") throw incomplete();
    parts.push(content.subarray(at, at + length));
    at += length + 2;
  }
  const trailers: Record<string, string> = {};
  while (at < content.length) {
    const [name = "", value = ""] = line().split(/:(.*)/s);
    if (name !== "") trailers[name.trim().toLowerCase()] = value.trim();
  }
  return { body: Buffer.concat(parts), trailers };
}

function incomplete(): AwsError {
  return new AwsError("IncompleteBody", "The request body terminated unexpectedly");
}
