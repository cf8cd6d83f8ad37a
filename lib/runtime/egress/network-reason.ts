/** By the codes of Node, libuv and OpenSSL. */
const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection closed before the answer was complete",
  EPIPE: "connection closed before the answer was complete",
  ECONNABORTED: "connection closed before the answer was complete",
  ETIMEDOUT: "host did not answer",
  EHOSTUNREACH: "host cannot be reached",
  ENETUNREACH: "network cannot be reached",
  EADDRNOTAVAIL: "network cannot be reached",
  ENOTFOUND: "name not found",
  ENODATA: "name not found",
  EAI_AGAIN: "name could not be looked up",
  HPE_HEADER_OVERFLOW: "headers of the answer are too long",
  CERT_HAS_EXPIRED: "TLS: certificate has expired",
  CERT_NOT_YET_VALID: "TLS: certificate is not yet valid",
  DEPTH_ZERO_SELF_SIGNED_CERT: "TLS: certificate is self-signed",
  SELF_SIGNED_CERT_IN_CHAIN: "TLS: certificate is self-signed",
  UNABLE_TO_GET_ISSUER_CERT: "TLS: certificate is of an unknown issuer",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "TLS: certificate is of an unknown issuer",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "TLS: certificate is of an unknown issuer",
  ERR_TLS_CERT_ALTNAME_INVALID: "TLS: certificate is for another name",
  EPROTO: "TLS: handshake failed",
};

/** What went wrong between here and the other side, in words that show neither addresses nor internals. */
export function networkReason(error: unknown): string {
  const { code } = error as { code?: unknown };
  if (typeof code !== "string") return "connection failed";
  if (Object.hasOwn(reasons, code)) return reasons[code] ?? "";
  if (code.startsWith("HPE_")) return "answer is not valid HTTP";
  if (code.startsWith("ERR_SSL_")) return "TLS: handshake failed";
  return /^[A-Z0-9_]{1,64}$/.test(code) ? `connection failed (${code})` : "connection failed";
}
