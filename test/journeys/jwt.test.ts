import { type CryptoKey, exportSPKI, generateKeyPair, importJWK } from "jose";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { dumpTables } from "#test/dump-tables.ts";
import { startService } from "#test/service.ts";
import { audience, startTokenIssuer } from "#test/token-issuer.ts";

const issuer = await startTokenIssuer();
const service = await startService({
  settings: {
    JWT_ISSUER: issuer.url,
    JWT_AUDIENCE: audience,
    READS_OPEN: "false",
    RATE_LIMIT_PER_MINUTE: "100",
    LOG_LEVEL: "DEBUG",
  },
  clock: "virtual",
});
const record = { source: "api", category: "order", payload: {} };
const written: string[] = [];

beforeAll(() => {
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, "write").mockImplementation((chunk) => written.push(String(chunk)) > 0);
  }
});
afterAll(() => vi.restoreAllMocks());

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const read = (token: string) => service.call("GET", "/reports/summary", { headers: bearer(token) });
const nowSeconds = () => Math.floor(Date.now() / 1000);
const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

describe("while the issuer does not answer", () => {
  it("503 service_unavailable with Retry-After, and the next request tries again", async () => {
    issuer.down = true;
    const refused = await read(await issuer.token());
    expect(refused).toMatchObject({ status: 503, body: { code: "service_unavailable" } });
    expect(refused.headers.get("retry-after")).toBe("5");
    issuer.down = false;
    expect((await read(await issuer.token())).status).toBe(200);
  });
});

describe("a token of the configured issuer", () => {
  it("opens what its claim scope says, and 403 forbidden names the scope it lacks", async () => {
    const write = (token: string) => service.call("POST", "/records", { json: record, headers: bearer(token) });
    const [reader, writer] = [await issuer.token(), await issuer.token({ scope: "openid write trigger email" })];
    expect((await read(reader)).status).toBe(200);
    expect((await write(writer)).status).toBe(201);
    expect(await write(reader)).toMatchObject({ status: 403, body: { code: "forbidden" } });
    expect((await read(writer)).status).toBe(403);
    expect((await write(await issuer.token({ scope: "admin" }))).status).toBe(201);
    for (const scope of [undefined, "", "reader", ["read"], "READ"]) {
      expect((await read(await issuer.token({ scope }))).status, String(scope)).toBe(403);
    }
  });

  it("is good for several audiences, with ES256, and by a key that came later", async () => {
    expect((await read(await issuer.token({ aud: ["https://other.example", audience] }))).status).toBe(200);
    const key = await issuer.addKey("second", "ES256");
    await service.clock.advance(31_000); // keys are not fetched anew more often than this
    expect((await read(await issuer.token({}, { header: { alg: "ES256", kid: "second" }, key }))).status).toBe(200);
  });

  it("is good for half a minute more than it says, for clocks differ", async () => {
    expect((await read(await issuer.token({ exp: nowSeconds() - 20 }))).status).toBe(200);
    expect((await read(await issuer.token({ nbf: nowSeconds() + 20 }))).status).toBe(200);
  });

  it("has its issuer's keys fetched once in ten minutes", async () => {
    await service.clock.advance(11 * 60_000);
    const before = issuer.fetches;
    for (let turn = 0; turn < 5; turn++) expect((await read(await issuer.token())).status).toBe(200);
    expect(issuer.fetches).toBe(before + 1);
  });

  it("429 rate_limited for one subject, not for another", async () => {
    await service.clock.advance(60_000 - (service.clock.now() % 60_000));
    const [one, other] = [await issuer.token({ sub: "busy" }), await issuer.token({ sub: "calm" })];
    const statuses: number[] = [];
    for (let turn = 0; turn < 110; turn++) statuses.push((await read(one)).status);
    expect(statuses).toEqual([...Array(100).fill(200), ...Array(10).fill(429)]);
    expect((await read(other)).status).toBe(200);
  });
});

describe("401 unauthorized for a token that", async () => {
  const stranger = await generateKeyPair("RS256", { extractable: true });
  const pem = await exportSPKI(
    (await importJWK({ ...issuer.publicKey("first"), ext: true }, "RS256", { extractable: true })) as CryptoKey,
  );
  const parts = (await issuer.token()).split(".");
  const unsigned = `${base64url({ alg: "none", typ: "JWT" })}.${parts[1]}.`;
  const cases: Record<string, () => Promise<string>> = {
    "is expired": () => issuer.token({ exp: nowSeconds() - 31 }),
    "has no exp": () => issuer.token({ exp: undefined }),
    "is not yet good": () => issuer.token({ nbf: nowSeconds() + 60 }),
    "is for another audience": () => issuer.token({ aud: "https://other.example" }),
    "is for no audience": () => issuer.token({ aud: undefined }),
    "is of another issuer": () => issuer.token({ iss: "https://other.example" }),
    "has an issuer that begins alike": () => issuer.token({ iss: `${issuer.url}/` }),
    "has no subject": () => issuer.token({ sub: undefined }),
    "is signed by another key under a known id": () => issuer.token({}, { key: stranger.privateKey }),
    "is signed by a key that is not the issuer's": () =>
      issuer.token({}, { header: { kid: "third" }, key: stranger.privateKey }),
    "brings its own key": async () =>
      issuer.token({}, { header: { kid: undefined, jwk: issuer.publicKey("second") }, key: stranger.privateKey }),
    "is not signed at all": async () => unsigned,
    "says that it is not signed, in other letters": async () =>
      unsigned.replace(parts[0] ?? "", base64url({ alg: "nOnE" })),
    "takes the public key for an HMAC's secret": () =>
      issuer.token({}, { header: { alg: "HS256" }, key: new TextEncoder().encode(pem) }),
    "is signed with RS512": async () => {
      const other = await generateKeyPair("RS512", { extractable: true });
      return issuer.token({}, { header: { alg: "RS512" }, key: other.privateKey });
    },
    "was changed": async () =>
      [
        parts[0],
        base64url({ ...JSON.parse(Buffer.from(parts[1] ?? "", "base64url").toString()), scope: "admin" }),
        parts[2],
      ].join("."),
    "wants an extension understood": async () =>
      [base64url({ alg: "RS256", kid: "first", crit: ["x"], x: 1 }), parts[1], parts[2]].join("."),
    "is no token": async () => "not.a.token",
    "is a word": async () => "abracadabra",
  };

  it.each(Object.keys(cases))("%s", async (name) => {
    const token = (await cases[name]?.()) ?? "";
    const refused = await read(token);
    expect(refused).toMatchObject({ status: 401, body: { code: "unauthorized", error: "Unauthorized" } });
    expect(refused.headers.get("www-authenticate")).toMatch(
      /^Bearer error="invalid_token", error_description="[\w',. ]+"$/,
    );
    expect(JSON.stringify(refused.body)).not.toContain(token.slice(0, 20));
  });

  it("is not there, or comes under another scheme", async () => {
    const good = await issuer.token();
    for (const headers of [
      {},
      { authorization: good },
      { authorization: `Basic ${good}` },
      { authorization: "Bearer " },
    ]) {
      const refused = await service.call("GET", "/reports/summary", { headers });
      expect(refused.status).toBe(401);
      expect(refused.headers.get("www-authenticate")).toBe('ApiKey header="X-API-Key", Bearer');
    }
  });

  it("keys are not fetched anew for every unknown key id", async () => {
    const before = issuer.fetches;
    const made = await issuer.token({}, { header: { kid: "made-up" } });
    for (let turn = 0; turn < 20; turn++) await read(made);
    expect(issuer.fetches - before).toBeLessThanOrEqual(1);
  });
});

describe("secrets", () => {
  it("no token and no signature is in a log line or an item of any table", async () => {
    const token = await issuer.token({ scope: "write" });
    await service.call("POST", "/records", { json: record, headers: bearer(token) });
    await read(token);
    issuer.down = true;
    await service.clock.advance(11 * 60_000);
    expect((await read(token)).status).toBe(503);
    issuer.down = false;
    const tables = await dumpTables(service);
    expect(written.join("")).toContain('"route":"records.create"');
    for (const text of [tables, written.join("")]) {
      for (const part of token.split(".")) expect(text.includes(part)).toBe(false);
    }
  });
});
