import { DomainError, type Violation } from "#domain/domain-error.ts";

/**
 * Reads a query string into one text per name. API Gateway joins repeated parameters by commas, so the raw string is read.
 *
 * @throws DomainError `malformed_query` for a repeated or blank parameter, or bad percent-encoding.
 */
export function readQuery(rawQueryString: string, known: readonly string[]): Record<string, string> {
  const query: Record<string, string> = Object.create(null) as Record<string, string>;
  const errors: Violation[] = [];
  for (const part of rawQueryString.split("&").filter((text) => text !== "")) {
    const [name, value] = decodePair(part);
    if (!known.includes(name)) continue;
    if (name in query) errors.push({ path: name, message: "is given more than once. Give it once." });
    else if (value.trim() === "") errors.push({ path: name, message: "is blank. Give it a value, or leave it out." });
    query[name] = value;
  }
  const [first] = errors;
  if (first !== undefined) {
    throw new DomainError("malformed_query", `The parameter ${first.path} ${first.message}`, { errors });
  }
  return { ...query };
}

function decodePair(part: string): [name: string, value: string] {
  const at = part.indexOf("=");
  const [name, value] = at === -1 ? [part, ""] : [part.slice(0, at), part.slice(at + 1)];
  try {
    return [decode(name), decode(value)];
  } catch (cause) {
    throw new DomainError("malformed_query", "The query string has bad percent-encoding.", { cause });
  }
}

function decode(text: string): string {
  return decodeURIComponent(text.replaceAll("+", " "));
}
