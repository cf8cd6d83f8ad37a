import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  addressRefusal,
  headerRefusal,
  hostPort,
  methodRefusal,
  parseEgressAllow,
  urlRefusal,
} from "#contract/egress.ts";
import { notations, specialAddress } from "#test/ipv4-notations.ts";

const none = parseEgressAllow("");

describe("an address", () => {
  it.each([
    ["the first of a block", "1.0.0.1"],
    ["below 10/8", "9.255.255.255"],
    ["above 10/8", "11.0.0.0"],
    ["below 100.64/10", "100.63.255.255"],
    ["above 100.64/10", "100.128.0.0"],
    ["below 127/8", "126.255.255.255"],
    ["above 127/8", "128.0.0.0"],
    ["below 169.254/16", "169.253.255.255"],
    ["above 169.254/16", "169.255.0.0"],
    ["below 172.16/12", "172.15.255.255"],
    ["above 172.16/12", "172.32.0.0"],
    ["below 192.168/16", "192.167.255.255"],
    ["above 192.168/16", "192.169.0.0"],
    ["above 198.18/15", "198.20.0.0"],
    ["the last before multicast", "223.255.255.255"],
    ["of IPv6", "2606:4700:4700::1111"],
    ["of IPv6, the first given out", "2001:200::1"],
    ["public, mapped into IPv6, as a socket of both families names its peer", "::ffff:8.8.8.8"],
  ])("that is public is not refused: %s, %s", (_, address) => {
    expect(addressRefusal(address)).toBeNull();
  });

  it.each([
    ["this host", "0.0.0.0"],
    ["this network", "0.255.255.255"],
    ["private", "10.0.0.0"],
    ["private, the last", "10.255.255.255"],
    ["shared by carriers", "100.64.0.0"],
    ["shared by carriers, and Alibaba's metadata", "100.100.100.200"],
    ["loopback", "127.0.0.1"],
    ["loopback, the last", "127.255.255.255"],
    ["link-local", "169.254.0.1"],
    ["AWS's metadata", "169.254.169.254"],
    ["the credentials of ECS tasks", "169.254.170.2"],
    ["Azure's host agent", "168.63.129.16"],
    ["private", "172.16.0.0"],
    ["private, the last", "172.31.255.255"],
    ["IETF protocols, and Oracle's metadata", "192.0.0.192"],
    ["documentation", "192.0.2.1"],
    ["AS112", "192.31.196.1"],
    ["AMT", "192.52.193.1"],
    ["6to4 relays", "192.88.99.1"],
    ["private", "192.168.1.1"],
    ["AS112", "192.175.48.1"],
    ["benchmarks", "198.18.0.1"],
    ["benchmarks, the last", "198.19.255.255"],
    ["documentation", "198.51.100.1"],
    ["documentation", "203.0.113.1"],
    ["multicast", "224.0.0.1"],
    ["reserved", "240.0.0.1"],
    ["broadcast", "255.255.255.255"],
    ["unspecified", "::"],
    ["loopback", "::1"],
    ["an IPv4 address in the old compatible form", "::8.8.8.8"],
    ["mapped loopback", "::ffff:127.0.0.1"],
    ["mapped private, in hexadecimal", "::ffff:a00:1"],
    ["mapped metadata", "::ffff:169.254.169.254"],
    ["translated (RFC 2765)", "::ffff:0:127.0.0.1"],
    ["NAT64 of loopback", "64:ff9b::7f00:1"],
    ["NAT64, whatever of", "64:ff9b::808:808"],
    ["local NAT64", "64:ff9b:1::a00:1"],
    ["discard", "100::1"],
    ["Teredo", "2001:0:4136:e378:8000:63bf:3fff:fdd2"],
    ["IETF protocols", "2001:1::1"],
    ["benchmarks", "2001:2::1"],
    ["ORCHID", "2001:10::1"],
    ["ORCHID, second", "2001:20::1"],
    ["documentation", "2001:db8::1"],
    ["6to4 of loopback", "2002:7f00:1::1"],
    ["6to4, whatever of", "2002:808:808::1"],
    ["AS112", "2620:4f:8000::1"],
    ["documentation", "3fff::1"],
    ["not given out", "4000::1"],
    ["segment routing", "5f00::1"],
    ["unique local", "fc00::1"],
    ["AWS's metadata", "fd00:ec2::254"],
    ["link-local", "fe80::1"],
    ["link-local with a zone", "fe80::1%eth0"],
    ["public with a zone", "2606:4700:4700::1111%1"],
    ["site-local", "fec0::1"],
    ["multicast", "ff02::1"],
    ["no address", ""],
    ["a name", "example.com"],
    ["short of parts, which no resolver writes", "8.8"],
    ["in hexadecimal, which no resolver writes", "0x08080808"],
    ["in brackets, which no resolver writes", "[2606:4700:4700::1111]"],
  ])("that is not public is refused: %s, %s", (_, address) => {
    expect(addressRefusal(address)).toBe("must lead to a public address");
  });
});

describe("a URL", () => {
  it.each([
    "https://example.com",
    "https://EXAMPLE.com./path?a=1#b",
    "http://example.com:80/",
    "http://example.com:443/",
    "https://example.com:1024/",
    "https://example.com:65535/",
    "https://8.8.8.8/",
    "https://[2606:4700:4700::1111]:8443/",
    "https://bücher.example/",
    "https://localhost.example.com/",
    "https://mylocal.example/",
    "https://example.com/http://127.0.0.1/",
    "https://example.com/?next=http://127.0.0.1/",
    "https://example.com/@127.0.0.1",
  ])("that may be sent to is not refused: %s", (url) => {
    expect(urlRefusal(url, none)).toBeNull();
  });

  it.each([
    ["a low port", "https://example.com:1023/", "must not name port 1023"],
    ["no port", "https://example.com:0/", "must not name port 0"],
    ["mail", "http://example.com:25/", "must not name port 25"],
    ["a port too large", "https://example.com:65536/", "must be an absolute http or https URL"],
    ["a user", "https://user@example.com/", "must not hold a user name or a password"],
    ["a password", "https://:password@example.com/", "must not hold a user name or a password"],
    ["a single label", "https://intranet/", "must name its host in full"],
    ["an empty label", "https://example..com/", "must not have an empty part"],
    ["no host", "https:///", "must be an absolute http or https URL"],
    ["nothing", "", "must be an absolute http or https URL"],
    ["a path", "/path", "must be an absolute http or https URL"],
    ["another scheme", "ftp://example.com/", "must be an absolute http or https URL"],
  ])("is refused in words that say why: %s", (_, url, reason) => {
    expect(urlRefusal(url, none)).toContain(reason);
  });

  it("is refused at every port that browsers block", async () => {
    const blocked = [];
    for (let port = 1024; port < 65_536; port++) {
      if (urlRefusal(`http://example.com:${port}/`, none) !== null) blocked.push(port);
    }
    expect(blocked).toHaveLength(19);
    for (const port of blocked) {
      await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({ cause: { message: "bad port" } });
    }
  });

  it("is refused for every address that is not public, however it is written", () => {
    fc.assert(
      fc.property(
        specialAddress,
        fc.constantFrom(...notations),
        fc.constantFrom("http", "https"),
        (octets, written, scheme) => {
          expect(urlRefusal(`${scheme}://${written.of(octets)}/`, none), written.name).not.toBeNull();
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it("is not refused for a public address, however it is written: the notations above are read, not rejected", () => {
    for (const { name, of, isIpv4 } of notations) {
      expect(urlRefusal(`http://${of([8, 8, 4, 4])}/`, none) === null, name).toBe(isIpv4);
    }
  });
});

describe("what is allowed", () => {
  it("is open at its port alone, in whatever notation", () => {
    const allow = parseEgressAllow("127.0.0.1:8080, LOCALHOST:80 ,[0:0:0:0:0:0:0:1]:9000,hooks:443");
    const open = [
      "http://127.0.0.1:8080/",
      "https://0x7f.1:8080/",
      "http://localhost/",
      "http://localhost.:80/",
      "http://[::1]:9000/",
      "https://hooks/",
    ];
    const closed = [
      "http://127.0.0.1:8081/",
      "http://127.0.0.1/",
      "http://127.0.0.2:8080/",
      "http://localhost:8080/",
      "https://localhost/",
      "http://hooks/",
      "http://[::2]:9000/",
      "http://[::ffff:127.0.0.1]:8080/",
    ];
    expect(open.filter((url) => urlRefusal(url, allow) !== null)).toEqual([]);
    expect(closed.filter((url) => urlRefusal(url, allow) === null)).toEqual([]);
  });

  it("still has a scheme to keep to, and no user", () => {
    const allow = parseEgressAllow("127.0.0.1:8080");
    expect(urlRefusal("http://user@127.0.0.1:8080/", allow)).toContain("user name");
    expect(urlRefusal("gopher://127.0.0.1:8080/", allow)).toContain("http or https");
  });

  it("is known by host and port as the URL parser has them", () => {
    expect(hostPort(new URL("http://0177.1"))).toBe("127.0.0.1:80");
    expect([...parseEgressAllow("[::FFFF:127.0.0.1]:8123")]).toEqual(["[::ffff:7f00:1]:8123"]);
  });

  it.each([
    ["no port", "localhost"],
    ["an empty port", "localhost:"],
    ["no host", ":8080"],
    ["a URL", "http://localhost:8080"],
    ["a path", "localhost:8080/x"],
    ["a user", "user@localhost:8080"],
    ["IPv6 without brackets", "::1:8080"],
    ["no IPv6", "[::g]:8080"],
    ["a port too large", "localhost:65536"],
    ["a space inside", "local host:8080"],
    ["a wildcard port", "localhost:*"],
  ])("cannot be %s: %s", (_, entry) => {
    expect(() => parseEgressAllow(`127.0.0.1:8080,${entry}`)).toThrow(`EGRESS_ALLOW: "${entry}" must be host:port`);
  });

  it("cannot be a port that is open nowhere", () => {
    expect(() => parseEgressAllow("localhost:22")).toThrow('EGRESS_ALLOW: "localhost:22" must not name port 22');
  });
});

describe("a header", () => {
  it.each([
    ["Content-Type", "application/json"],
    ["authorization", "Bearer a.b-c"],
    ["X_Custom.1~", ""],
    ["x-latin", "Grüße"],
    ["x-tab", "a\tb"],
  ])("may be %s: %s", (name, value) => {
    expect(headerRefusal(name, value)).toBeNull();
  });

  it.each([
    "Host",
    "content-length",
    "Content-Length",
    "Transfer-Encoding",
    "Connection",
    "keep-alive",
    "TE",
    "Trailer",
    "Upgrade",
    "HTTP2-Settings",
    "Expect",
    "Proxy-Authorization",
    "proxy-connection",
  ])("may not be %s, the sender's own", (name) => {
    expect(headerRefusal(name, "x")).toContain("must not be set");
  });

  it.each(["accept-encoding", "Accept-Encoding"])("may not be %s, with the reason", (name) => {
    expect(headerRefusal(name, "gzip")).toBe("must not be set: answers are read as they come, without compression");
  });

  it.each(["", " ", "a b", "a:", "a\r\nb", "a\0", "naïve", "(a)", "a\n", " host", "host "])(
    "may not be called %j",
    (name) => {
      expect(headerRefusal(name, "x")).toContain("must have a name");
    },
  );

  it.each(["a\r\nhost: b", "a\nb", "a\rb", "a\0b", "\x1b[0m", "\x7f", "日本", "a\u2028b"])("may not be %j", (value) => {
    expect(headerRefusal("x-value", value)).toContain("must hold no line break");
  });
});

describe("a method", () => {
  it.each(["GET", "post", "PATCH", "OPTIONS", "PURGE"])("may be %s", (method) => {
    expect(methodRefusal(method)).toBeNull();
  });

  it.each(["CONNECT", "connect", "Trace", "TRACK", "", "GET /", "GET\r\n", "GÉT"])("may not be %j", (method) => {
    expect(methodRefusal(method)).not.toBeNull();
  });
});
