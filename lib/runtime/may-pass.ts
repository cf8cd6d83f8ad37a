import { DomainError } from "#domain/domain-error.ts";

/** What the SDK throws before it has a request, and what breaks off one of Node's own. */
const passingNames: ReadonlySet<string> = new Set(["AbortError", "CredentialsProviderError", "TimeoutError"]);

/**
 * True for a failure that may be over when the same is tried again, by itself or once an operator has mended the account:
 * of AWS, whose clients mark every error of theirs, or of the way there. False for what fails the same again: faults of our
 * own code, data that cannot be read, and an item that DynamoDB can never take (ValidationException).
 */
export function mayPass(error: unknown): boolean {
  if (error instanceof DomainError) return error.code === "service_unavailable";
  if (!(error instanceof Error)) return false;
  if ("$metadata" in error) return error.name !== "ValidationException";
  const { code } = error as { code?: unknown };
  return passingNames.has(error.name) || (typeof code === "string" && /^E(?!RR_)[A-Z]/.test(code)); // ERR_: Node's TypeErrors
}
