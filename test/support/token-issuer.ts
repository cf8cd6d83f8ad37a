import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from "jose";
import { afterAll } from "vitest";

/** An OIDC issuer on loopback: its discovery document, its keys, and tokens as it would make them. */
export type TokenIssuer = {
  url: string;
  /** A token that is in order unless the claims, the header or the key say otherwise; a claim undefined is left out. */
  token(claims?: Record<string, unknown>, signing?: { header?: object; key?: CryptoKey | Uint8Array }): Promise<string>;
  /** Adds a key pair under an id. */
  addKey(kid: string, alg: "RS256" | "ES256"): Promise<CryptoKey>;
  publicKey(kid: string): JWK;
  /** Requests for its keys so far. */
  readonly fetches: number;
  /** While true it answers 500. */
  down: boolean;
};

export const audience = "https://sluice.example";

/** Starts an issuer with an RSA key `first`. */
export async function startTokenIssuer(): Promise<TokenIssuer> {
  const keys: (JWK & { kid: string })[] = [];
  const state = { fetches: 0, down: false };
  const server = createServer(({ url }, answer) => {
    if (state.down) return answer.writeHead(500).end();
    if (url === "/jwks") state.fetches += 1;
    const body = url === "/jwks" ? { keys } : { issuer, jwks_uri: `${issuer}/jwks` };
    answer.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  afterAll(() => server.close());
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function addKey(kid: string, alg: "RS256" | "ES256"): Promise<CryptoKey> {
    const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
    keys.push({ ...(await exportJWK(publicKey)), kid, alg, use: "sig" });
    return privateKey;
  }
  const first = await addKey("first", "RS256");

  return {
    url: issuer,
    addKey,
    publicKey: (kid) => keys.find((key) => key.kid === kid) ?? {},
    token: (claims = {}, { header = {}, key = first } = {}) => {
      const nowSeconds = Math.floor(Date.now() / 1000);
      const all = { iss: issuer, aud: audience, sub: "someone", scope: "read", exp: nowSeconds + 300, ...claims };
      const payload = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as JWTPayload;
      return new SignJWT(payload).setProtectedHeader({ alg: "RS256", kid: "first", ...header }).sign(key);
    },
    get fetches() {
      return state.fetches;
    },
    get down() {
      return state.down;
    },
    set down(down) {
      state.down = down;
    },
  };
}
