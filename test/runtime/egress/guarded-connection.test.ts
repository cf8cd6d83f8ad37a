import type { LookupAddress } from "node:dns";
import { connect, type TcpNetConnectOpts } from "node:net";
import { describe, expect, it, vi } from "vitest";
import type { HttpRequest } from "#domain/http-exchange.ts";
import { sendHttpWith } from "#runtime/egress/send-http.ts";
import { startCanary } from "#test/canary.ts";

const canary = await startCanary();
const { port } = canary;
const allow: ReadonlySet<string> = new Set();
const refused = { kind: "refused", reason: "the URL must lead to a public address" };

const publicFour = { address: "93.184.215.14", family: 4 };
const publicSix = { address: "2606:2800:21f:cb07:6820:80da:af6b:8b2c", family: 6 };
const inside = (address: string) => ({ address, family: address.includes(":") ? 6 : 4 });

function requestTo(scheme: string, host = "hooks.example.com"): HttpRequest {
  const url = `${scheme}://${host}:${port}/`;
  return { method: "POST", url, headers: {}, body: "hunter2", timeoutMs: 5_000, responseBytesMax: 1_000 };
}

describe("a public name is refused when the resolver answers", () => {
  it.each<[string, LookupAddress[]]>([
    ["loopback", [inside("127.0.0.1")]],
    ["IPv6 loopback", [inside("::1")]],
    ["loopback, mapped", [inside("::ffff:127.0.0.1")]],
    ["unspecified", [inside("0.0.0.0")]],
    ["unspecified IPv6", [inside("::")]],
    ["private, as for a CNAME to a name inside", [inside("10.0.0.5")]],
    ["AWS's metadata", [inside("169.254.169.254")]],
    ["AWS's metadata over IPv6", [inside("fd00:ec2::254")]],
    ["link-local with a zone", [inside("fe80::1%lo")]],
    ["NAT64 of loopback", [inside("64:ff9b::7f00:1")]],
    ["6to4 of loopback", [inside("2002:7f00:1::")]],
    ["public and loopback", [publicFour, inside("127.0.0.1")]],
    ["loopback and public", [inside("127.0.0.1"), publicFour]],
    ["public, and IPv6 loopback", [publicFour, publicSix, inside("::1")]],
    ["many public, and a private one among them", [...Array(40).fill(publicFour), inside("192.168.0.1"), publicSix]],
    ["what is no address", [inside("localhost")]],
  ])("%s", async (_, answer) => {
    const lookup = vi.fn(async () => answer);
    for (const scheme of ["http", "https"]) {
      expect(await sendHttpWith({ allow, lookup, connect }, requestTo(scheme))).toEqual(refused);
    }
    expect(lookup.mock.calls).toEqual([["hooks.example.com"], ["hooks.example.com"]]);
    expect((await canary.found()).connections).toBe(0);
  });

  it("loopback, and another name, port or notation of it is allowed", async () => {
    const others = new Set([`hooks.example.com:${port + 1}`, `example.com:${port}`, `127.0.0.1:${port}`]);
    const network = { allow: others, lookup: async () => [inside("127.0.0.1")], connect };
    expect(await sendHttpWith(network, requestTo("http"))).toEqual(refused);
    expect((await canary.found()).connections).toBe(0);
  });
});

describe("a name that changes its mind (DNS rebinding)", () => {
  it("is looked up once, and connected to at an address of that answer alone", async () => {
    const answers = [[publicFour, publicSix], [inside("127.0.0.1")]];
    const lookup = vi.fn(async () => answers.shift() ?? []);
    const offered: unknown[] = [];
    const neverThere = (options: TcpNetConnectOpts) => {
      for (const _ of [1, 2, 3]) options.lookup?.("hooks.example.com", { all: true }, (_, to) => offered.push(to));
      return connect({ host: "127.0.0.1", port }).destroy(Object.assign(new Error(), { code: "ENETUNREACH" }));
    };
    const result = await sendHttpWith({ allow, lookup, connect: neverThere }, requestTo("http"));
    expect(result).toEqual({ kind: "network", reason: "network cannot be reached" });
    expect(lookup).toHaveBeenCalledTimes(1);
    expect(offered).toEqual(Array(3).fill([publicFour, publicSix]));
  });

  it.each([
    ["http", "hooks.example.com"],
    ["https", "hooks.example.com"],
    ["http", publicFour.address],
    ["https", publicFour.address],
    ["http", `[${publicSix.address}]`],
  ])("leaves a connection that came out inside without a byte written: %s://%s", async (scheme, host) => {
    const diverted = () => connect({ host: "127.0.0.1", port });
    const network = { allow, lookup: async () => [publicFour], connect: diverted };
    expect(await sendHttpWith(network, requestTo(scheme, host))).toEqual(refused);
    expect(await canary.found()).toEqual({ connections: 1, heard: "" });
  });
});

it("a connection that is gone before it says where it came to may be tried again, and hears nothing", async () => {
  const gone = () => Object.defineProperty(connect({ host: "127.0.0.1", port }), "remoteAddress", { value: undefined });
  const network = { allow, lookup: async () => [publicFour], connect: gone };
  expect(await sendHttpWith(network, requestTo("http"))).toMatchObject({ kind: "network" });
  expect((await canary.found()).heard).toBe("");
});
