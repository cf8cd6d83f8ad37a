import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { parseStrictJson } from "#contract/strict-json.ts";
import { DomainError } from "#domain/domain-error.ts";

/** The longest body, in bytes. */
export const bodyBytesMax = 256 * 1024;

/**
 * Reads a body as JSON: size, then media type, then syntax. Undefined when there is none.
 *
 * @throws DomainError `payload_too_large`, `unsupported_media_type`, `malformed_json` or `validation_failed`.
 */
export function readJsonBody(event: APIGatewayProxyEventV2): unknown {
  if (event.body === undefined || event.body === "") return undefined;
  const bytes = event.isBase64Encoded ? Buffer.from(event.body, "base64") : Buffer.from(event.body);
  if (bytes.length > bodyBytesMax) {
    throw new DomainError(
      "payload_too_large",
      `The body has ${bytes.length} bytes; at most ${bodyBytesMax} are taken. Send less, or a reference to it.`,
    );
  }
  assertMediaType(event.headers["content-type"], event.headers["content-encoding"]);
  return parseStrictJson(event.isBase64Encoded ? decodeUtf8(bytes) : event.body);
}

function assertMediaType(contentType: string | undefined, contentEncoding: string | undefined): void {
  if (contentEncoding !== undefined && contentEncoding !== "identity") {
    throw new DomainError("unsupported_media_type", "Content-Encoding is not supported: send the body as it is.");
  }
  if (contentType === undefined) return;
  const [type = "", ...parameters] = contentType
    .toLowerCase()
    .split(";")
    .map((part) => part.trim());
  if (!/^application\/([\w.+-]+\+)?json$/.test(type)) {
    throw new DomainError(
      "unsupported_media_type",
      `The body must be JSON: send Content-Type: application/json, not ${type}.`,
    );
  }
  const charset = parameters.find((parameter) => parameter.startsWith("charset="));
  if (charset !== undefined && !/^charset="?utf-?8"?$/.test(charset)) {
    throw new DomainError("unsupported_media_type", "The body must be UTF-8.");
  }
}

function decodeUtf8(bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new DomainError("malformed_json", "The body is not valid UTF-8.", { cause });
  }
}
