import { DomainError } from "#domain/domain-error.ts";

const decoder = new TextDecoder("utf-8", { fatal: true });

/**
 * Reads bytes as UTF-8, less a byte order mark.
 *
 * @param subject what the bytes are, for the message
 * @throws DomainError `malformed_json` for anything else, where a lenient reader would put other characters.
 */
export function decodeUtf8(bytes: Uint8Array, subject = "The body"): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new DomainError("malformed_json", `${subject} is not valid UTF-8.`, { cause });
  }
}
