import { once } from "node:events";
import { createServer } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { setDefaultCACertificates } from "node:tls";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { HttpResult } from "#domain/http-exchange.ts";
import { sendHttpWith } from "#runtime/egress/send-http.ts";
import { startScriptedServer } from "#test/scripted-server.ts";
import { type SelfSigned, selfSigned } from "#test/self-signed.ts";

const day = 86_400_000;
const at = (days: number) => new Date(Date.now() + days * day);
const certificates = {
  good: selfSigned("hooks.test", at(-1), at(1)),
  expired: selfSigned("hooks.test", at(-2), at(-1)),
  early: selfSigned("hooks.test", at(1), at(2)),
  unknown: selfSigned("hooks.test", at(-1), at(1)),
};
const { unknown: _, ...trusted } = certificates;
const serverNames: string[] = [];

beforeAll(() => setDefaultCACertificates(Object.values(trusted).map(({ cert }) => cert)));
afterEach(() => vi.unstubAllEnvs());

/** What comes of a request to a name, whose server has a certificate. */
async function sentTo(host: string, certificate: SelfSigned, tls: object = {}): Promise<HttpResult> {
  const server = createServer({ ...certificate, ...tls }, ({ headers, socket }, response) => {
    serverNames.push(String((socket as { servername?: string }).servername));
    response.end(`hello ${headers.host}`);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const result = await sentToPort(host, (server.address() as AddressInfo).port);
  await once(server.close(), "close"); // which comes when no connection is left open
  return result;
}

function sentToPort(host: string, port: number): Promise<HttpResult> {
  const lookup = async () => [{ address: "127.0.0.1", family: 4 }];
  const request = { method: "GET", url: `https://${host}:${port}/`, headers: {}, body: null };
  const network = { allow: new Set([`${host.replace(/\.$/, "")}:${port}`]), lookup, connect };
  return sendHttpWith(network, { ...request, timeoutMs: 20_000, responseBytesMax: 1_000 });
}

describe("over TLS", () => {
  it("a server that shows who it is gets the request, and is told whom it is for", async () => {
    for (const host of ["hooks.test", "hooks.test."]) {
      expect(await sentTo(host, certificates.good)).toMatchObject({
        kind: "response",
        body: expect.stringMatching(/^hello hooks\.test:\d+$/),
      });
    }
    expect(serverNames).toEqual(["hooks.test", "hooks.test"]);
  });

  it.each<[string, string, SelfSigned, object]>([
    ["TLS: certificate has expired", "hooks.test", certificates.expired, {}],
    ["TLS: certificate is not yet valid", "hooks.test", certificates.early, {}],
    ["TLS: certificate is self-signed", "hooks.test", certificates.unknown, {}],
    ["TLS: certificate is for another name", "other.test", certificates.good, {}],
    ["TLS: certificate is for another name", "127.0.0.1", certificates.good, {}],
    ["TLS: handshake failed", "hooks.test", certificates.good, { minVersion: "TLSv1.1", maxVersion: "TLSv1.1" }],
  ])("a server that does not gets none: %s (%s)", async (reason, host, certificate, tls) => {
    serverNames.length = 0;
    for (const lax of ["", "0"]) {
      vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", lax); // by which Node would give up checking
      expect(await sentTo(host, certificate, tls)).toEqual({ kind: "network", reason });
    }
    expect(serverNames).toEqual([]);
  });

  it("a server that speaks none: TLS: handshake failed", async () => {
    const plain = await startScriptedServer();
    plain.script = (socket) => socket.write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    expect(await sentToPort("hooks.test", plain.port)).toEqual({ kind: "network", reason: "TLS: handshake failed" });
    expect(await plain.closed()).not.toContain("GET");
  });
});
