import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { entriesOfArray, entriesOfLines } from "#contract/json-entries.ts";
import { type BodyType, bodyBytesMaxDefault, type Route } from "#contract/route.ts";
import { parseStrictJson } from "#contract/strict-json.ts";
import { decodeUtf8 } from "#contract/utf8.ts";
import { DomainError } from "#domain/domain-error.ts";

/**
 * Reads a body as its route wants it: size, then media type, then syntax. Undefined when there is none; the entries of a
 * route that takes many (null when they are no array).
 *
 * @throws DomainError `payload_too_large`, `unsupported_media_type`, `malformed_json` or `validation_failed`.
 */
export function readBody(route: Route, event: APIGatewayProxyEventV2): unknown {
  if (event.body === undefined || event.body === "") return undefined;
  const bytes = event.isBase64Encoded ? Buffer.from(event.body, "base64") : Buffer.from(event.body);
  const { entries, bodyBytesMax = bodyBytesMaxDefault } = route;
  if (bytes.length > bodyBytesMax) {
    throw new DomainError(
      "payload_too_large",
      `The body has ${bytes.length} bytes; at most ${bodyBytesMax} are taken. Send less, or a reference to it.`,
    );
  }
  const type = bodyTypeOf(event.headers, route.bodyTypes ?? ["application/json"]);
  if (entries !== undefined && type === "application/x-ndjson") return entriesOfLines(bytes, entries);
  const text = event.isBase64Encoded ? decodeUtf8(bytes) : event.body;
  return entries === undefined ? parseStrictJson(text) : entriesOfArray(text, entries);
}

function bodyTypeOf(headers: APIGatewayProxyEventV2["headers"], taken: readonly BodyType[]): BodyType {
  const { "content-type": contentType, "content-encoding": contentEncoding } = headers;
  if (contentEncoding !== undefined && contentEncoding !== "identity") {
    throw new DomainError("unsupported_media_type", "Content-Encoding is not supported: send the body as it is.");
  }
  if (contentType === undefined) return "application/json";
  const [type = "", ...parameters] = contentType
    .toLowerCase()
    .split(";")
    .map((part) => part.trim());
  const bodyType = taken.find((each) => each === type || (each === "application/json" && jsonType.test(type)));
  if (bodyType === undefined) {
    throw new DomainError(
      "unsupported_media_type",
      `The body must be JSON: send Content-Type: ${taken.join(" or ")}, not ${type}.`,
    );
  }
  const charset = parameters.find((parameter) => parameter.startsWith("charset="));
  if (charset !== undefined && !/^charset="?utf-?8"?$/.test(charset)) {
    throw new DomainError("unsupported_media_type", "The body must be UTF-8.");
  }
  return bodyType;
}

const jsonType = /^application\/([\w.+-]+\+)?json$/;
