import ipaddr from "ipaddr.js";
import { headerValue } from "./header-value.ts";

/** Destinations (`host:port`) that are open although they are not public: on the laptop alone. */
export type EgressAllow = ReadonlySet<string>;

/**
 * Reads EGRESS_ALLOW, `host:port` separated by commas, into what `hostPort` gives for URLs that lead there.
 *
 * @throws Error that shows the first entry that is none, and says why.
 */
export function parseEgressAllow(text: string): EgressAllow {
  const entries = text.split(",").map((entry) => entry.trim());
  return new Set(entries.filter((entry) => entry !== "").map(allowedHostPort));
}

function allowedHostPort(entry: string): string {
  const url = /^(\[[^\]]*\]|[^\s:/?#@\\[\]]+):\d{1,5}$/.test(entry) ? URL.parse(`http://${entry}/`) : null;
  if (url === null)
    throw new Error(`EGRESS_ALLOW: "${entry}" must be host:port, such as localhost:8080 or [::1]:8080.`);
  const ofPort = portRefusal(portOf(url));
  if (ofPort !== null) throw new Error(`EGRESS_ALLOW: "${entry}" ${ofPort}.`);
  return hostPort(url);
}

/**
 * Why nothing may ever be sent to a URL, by what its text alone says: a predicate that fits "the URL ...". Null says
 * only that it is not refused yet: the addresses of its host, which may change, are checked when it is sent to.
 *
 * The host is judged as the URL parser of the WHATWG leaves it, which is what is connected to: `0x7f.1`, `2130706433`,
 * `%31%32%37.0.0.1` and full-width digits are all 127.0.0.1 by then.
 */
export function urlRefusal(url: string, allow: EgressAllow): string | null {
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) return "must be an absolute http or https URL";
  if (parsed.username !== "" || parsed.password !== "") return "must not hold a user name or a password";
  const ofPort = portRefusal(portOf(parsed));
  if (ofPort !== null) return ofPort;
  if (allow.has(hostPort(parsed))) return null;
  const { host, isAddress } = hostOf(parsed);
  return isAddress ? addressRefusal(host) : nameRefusal(host);
}

/** The key of a URL's destination among those allowed: its host as the parser writes it, and its port, always named. */
export function hostPort(url: URL): string {
  return `${withoutFinalDot(url.hostname)}:${portOf(url)}`;
}

/** Where a URL leads: an IP address without brackets, or a name without the dot that may end it. */
export function hostOf(url: URL): { host: string; isAddress: boolean } {
  if (url.hostname.startsWith("[")) return { host: url.hostname.slice(1, -1), isAddress: true };
  const host = withoutFinalDot(url.hostname);
  return { host, isAddress: ipaddr.IPv4.isValidFourPartDecimal(host) };
}

/** The port of an http or https URL. */
export function portOf(url: URL): number {
  if (url.port !== "") return Number(url.port);
  return url.protocol === "https:" ? 443 : 80;
}

function withoutFinalDot(host: string): string {
  return host.replace(/\.$/, "");
}

/** Of https://fetch.spec.whatwg.org/#port-blocking those from 1024: other protocols, which would misread a request. */
const badPorts: ReadonlySet<number> = new Set([
  1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
]);

function portRefusal(port: number): string | null {
  const isOpen = port === 80 || port === 443 || (port >= 1024 && !badPorts.has(port));
  return isOpen ? null : `must not name port ${port}: 80, 443 and those from 1024 are open, less what browsers block`;
}

/** Names that are never public: RFC 6761, RFC 6762, RFC 8375, `internal` (reserved by ICANN), and a habit. */
const privateSuffixes = ["localhost", "local", "internal", "home.arpa", "localdomain"];
/** Names under public suffixes by which clouds tell a machine its credentials. */
const metadataNames = ["metadata.goog", "metadata.tencentyun.com"];

function nameRefusal(name: string): string | null {
  const isPrivate = privateSuffixes.some((suffix) => name === suffix || name.endsWith(`.${suffix}`));
  if (isPrivate || metadataNames.includes(name)) return notPublic;
  const labels = name.split(".");
  if (labels.length < 2) return "must name its host in full, with its domain";
  return labels.includes("") ? "must not have an empty part in the name of its host" : null;
}

const notPublic = "must lead to a public address";
/** Azure's host agent: a public number that every machine there reaches, and nobody else. */
const hostAgent = "168.63.129.16";

/**
 * Why nothing may be sent to an IP address, as a resolver or a socket writes it: all but globally reachable unicast is
 * refused (https://www.iana.org/assignments/iana-ipv4-special-registry and its twin for IPv6). So is what stands for an
 * IPv4 address, but for the mapped form, which is judged as what it stands for.
 */
export function addressRefusal(address: string): string | null {
  const read = readAddress(address);
  if (read === null || read.range() !== "unicast" || read.toString() === hostAgent) return notPublic;
  // What is given out as global unicast today (RFC 4291, IANA): 2000::/3.
  const isGlobal = read instanceof ipaddr.IPv4 || (read.parts[0] ?? 0) >> 13 === 1;
  return isGlobal ? null : notPublic;
}

/** Takes IPv4 in four decimal parts, and IPv6 without a zone, whose dotted forms (`::8.8.8.8`) the URL parser undoes. */
function readAddress(address: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  if (ipaddr.IPv4.isValidFourPartDecimal(address)) return ipaddr.IPv4.parse(address);
  const written = /^[\da-f:.]+$/i.test(address) ? URL.parse(`http://[${address}]/`) : null;
  return written === null ? null : ipaddr.process(written.hostname.slice(1, -1));
}

/** Framing, and what is of one connection alone (RFC 9110, section 7.6.1): the sender's own. */
const ownHeaders: ReadonlySet<string> = new Set([
  "host",
  "content-length",
  "transfer-encoding",
  "connection",
  "keep-alive",
  "te",
  "trailer",
  "upgrade",
  "http2-settings",
  "expect",
]);

/** Why a header may not be sent, as a predicate of it; null: it may. */
export function headerRefusal(name: string, value: string): string | null {
  if (!/^[!#$%&'*+\-.^_`|~\w]+$/.test(name)) return "must have a name of letters, digits and -";
  const lower = name.toLowerCase();
  if (ownHeaders.has(lower) || lower.startsWith("proxy-")) return "must not be set: it is the sender's own";
  if (lower === "accept-encoding") return "must not be set: answers are read as they come, without compression";
  return headerValue.test(value) ? null : "must hold no line break, control character or one beyond Latin-1";
}

/** Why a method may not be used, as a predicate of it; null: it may. CONNECT makes a tunnel, TRACE tells headers. */
export function methodRefusal(method: string): string | null {
  const isMethod = /^[A-Z]{1,32}$/i.test(method) && !/^(connect|trace|track)$/i.test(method);
  return isMethod ? null : "must be one of HTTP's, and none of CONNECT, TRACE, TRACK";
}
