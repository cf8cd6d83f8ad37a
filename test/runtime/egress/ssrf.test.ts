import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { urlRefusal } from "#contract/egress.ts";
import type { HttpRequest, HttpResult } from "#domain/http-exchange.ts";
import { sendHttp, sendHttpWith } from "#runtime/egress/send-http.ts";
import { startCanary } from "#test/canary.ts";
import { sampleEnvironment } from "#test/sample-environment.ts";
import { ssrfVectors } from "#test/ssrf-vectors.ts";

const canary = await startCanary();
const unseen = { connections: 0, heard: "" };

const server = createServer((request, response) => {
  const location = `http://127.0.0.1:${canary.port}/`;
  response.writeHead(Number(request.url?.slice(1)), { location, refresh: `0; url=${location}` }).end("here");
});
await once(server.listen(0, "127.0.0.1"), "listening");
const { port } = server.address() as AddressInfo;
const allowed = `127.0.0.1:${port}`;
afterAll(() => server.close());

beforeAll(() => {
  for (const [name, value] of Object.entries(
    sampleEnvironment({ STAGE: "local", EGRESS_ALLOW: `${allowed},localhost:${port}` }),
  )) {
    vi.stubEnv(name, value);
  }
});
afterAll(() => vi.unstubAllEnvs());

function requestTo(url: string): HttpRequest {
  const secret = { authorization: "Bearer hunter2" };
  return { method: "POST", url, headers: secret, body: "hunter2", timeoutMs: 5_000, responseBytesMax: 1_000 };
}

describe("nothing is sent to, nor can be saved as a destination,", () => {
  it.each(ssrfVectors(canary.port))("%s", async (_, url) => {
    expect(urlRefusal(url, new Set([allowed]))).not.toBeNull();
    const result = await sendHttp(requestTo(url));
    expect(result).toEqual({ kind: "refused", reason: expect.stringMatching(/^the URL must [^\n]+$/) });
    expect(await canary.found()).toEqual(unseen);
  });
});

it.each(canary.hosts)("the canary is found where it is allowed, so it would be seen: %s", async (host) => {
  const lookup = vi.fn();
  const allow = new Set([`${host}:${canary.port}`]);
  const request = requestTo(`http://${host}:${canary.port}/`);
  expect(await sendHttpWith({ allow, lookup, connect }, request)).toMatchObject({ kind: "response", body: "canary" });
  expect(await canary.found()).toEqual({ connections: 1, heard: expect.stringContaining("hunter2") });
  expect(lookup).not.toHaveBeenCalled();
});

describe("from a destination that is allowed", () => {
  it("an answer comes, by its name as well", async () => {
    for (const host of ["127.0.0.1", "localhost"]) {
      expect(await sendHttp(requestTo(`http://${host}:${port}/200`))).toMatchObject({ status: 200, body: "here" });
    }
  });

  it.each([300, 301, 302, 303, 304, 305, 307, 308])("a redirect is an answer, and not followed: %i", async (status) => {
    const result = await sendHttp(requestTo(`http://${allowed}/${status}`));
    const location = `http://127.0.0.1:${canary.port}/`;
    expect(result).toMatchObject({ kind: "response", status, headers: { location } });
    expect(await canary.found()).toEqual(unseen);
  });
});

/** Sends requests by the guard, and, once it is told to, one by Node's own client, which heeds proxy variables. */
const script = `
  import { get } from "node:http";
  import { sendHttp } from "#runtime/egress/send-http.ts";
  const request = { method: "GET", headers: {}, body: null, timeoutMs: 5000, responseBytesMax: 1000 };
  const results = [];
  for (const url of process.argv.slice(1)) results.push(await sendHttp({ ...request, url }));
  process.send(results);
  process.once("message", () => get(process.argv[1], () => process.exit()));
`;

it("no proxy is asked, though the environment names one that Node would ask", async () => {
  const variables = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"];
  const urls = [`http://${allowed}/200`, `http://127.0.0.1:${canary.port}/`, `https://localhost:${canary.port}/`];
  const sender = spawn(process.execPath, ["--input-type=module", "-e", script, ...urls], {
    env: {
      ...sampleEnvironment({ STAGE: "local", EGRESS_ALLOW: allowed }),
      ...Object.fromEntries(variables.map((name) => [name, `http://127.0.0.1:${canary.port}`])),
      NODE_USE_ENV_PROXY: "1",
    },
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const [results] = (await once(sender, "message")) as [HttpResult[]];
  expect(results.map((result) => result.kind)).toEqual(["response", "refused", "refused"]);
  expect(await canary.found()).toEqual(unseen);
  sender.send("now by Node's own client");
  await once(sender, "exit");
  expect(await canary.found()).toMatchObject({ connections: 1, heard: expect.stringContaining(`GET ${urls[0]}`) });
});
