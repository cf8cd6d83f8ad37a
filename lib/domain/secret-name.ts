import { DomainError } from "./domain-error.ts";

/** What a secret may be called: as environment variables are. */
export const secretNamePattern = /^[A-Z][A-Z0-9_]{0,63}$/;

/** The text as the name of a secret. @throws DomainError `validation_failed` when it is none. */
export function assertSecretName(text: string): string {
  if (secretNamePattern.test(text)) return text;
  const message = "must be 1 to 64 capital letters, digits and _, beginning with a letter";
  throw new DomainError("validation_failed", `name ${message}`, { errors: [{ path: "name", message }] });
}
