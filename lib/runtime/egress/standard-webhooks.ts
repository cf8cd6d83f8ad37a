import { createHmac } from "node:crypto";

/** What is signed: the id stays the same for every attempt, the time is that of the attempt, the body as it is sent. */
export type WebhookMessage = { id: string; timestampSeconds: number; body: string };

/** The headers of Standard Webhooks. */
export type SignatureHeaders = Record<"webhook-id" | "webhook-timestamp" | "webhook-signature", string>;

const prefix = "whsec_";
const secretBytesMin = 24;
const secretBytesMax = 64;

/**
 * Signs a message by Standard Webhooks 1.0 (https://www.standardwebhooks.com): `v1`, HMAC-SHA256, once with each secret,
 * so that a receiver may know either of two while they are changed.
 *
 * @throws Error for an id or a time with which another message could have the same signature, for no secret, and for
 * one that `newWebhookSecret` could not have made; it does not show the secret.
 */
export function signatureHeaders(message: WebhookMessage, secrets: readonly string[]): SignatureHeaders {
  const { id, timestampSeconds, body } = message;
  if (!/^[\x21-\x2d\x2f-\x7e]+$/.test(id)) throw new Error("The id of a webhook must be visible ASCII without a dot.");
  if (!Number.isSafeInteger(timestampSeconds)) throw new Error("The time of a webhook must be in whole seconds.");
  if (secrets.length === 0) throw new Error("A webhook is signed with at least one secret.");
  const signatures = secrets.map((secret) => {
    const digest = createHmac("sha256", keyOf(secret)).update(`${id}.${timestampSeconds}.${body}`).digest("base64");
    return `v1,${digest}`;
  });
  return {
    "webhook-id": id,
    "webhook-timestamp": String(timestampSeconds),
    "webhook-signature": signatures.join(" "),
  };
}

/**
 * A secret as its holder gets it, `whsec_<base64>`.
 *
 * @param randomBytes 24 to 64 bytes of a cryptographic source
 * @throws RangeError for fewer or more.
 */
export function newWebhookSecret(randomBytes: Uint8Array): string {
  if (!isSecretLength(randomBytes.length)) throw new RangeError("A webhook secret is made of 24 to 64 bytes.");
  return `${prefix}${Buffer.from(randomBytes).toString("base64")}`;
}

function keyOf(secret: string): Buffer {
  const key = Buffer.from(secret.slice(prefix.length), "base64");
  if (`${prefix}${key.toString("base64")}` !== secret || !isSecretLength(key.length)) {
    throw new Error("A webhook secret must be whsec_ and the base64 of 24 to 64 bytes.");
  }
  return key;
}

function isSecretLength(bytes: number): boolean {
  return bytes >= secretBytesMin && bytes <= secretBytesMax;
}
