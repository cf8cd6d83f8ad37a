import type { LookupAddress } from "node:dns";
import { once } from "node:events";
import type { LookupFunction, Socket, TcpNetConnectOpts } from "node:net";
import { connect as connectTls } from "node:tls";
import { addressRefusal, type EgressAllow, hostOf, hostPort, portOf } from "#contract/egress.ts";

/** The way out: names to addresses, addresses to sockets, and what is open although it is not public. */
export type Network = {
  allow: EgressAllow;
  lookup(name: string): Promise<readonly LookupAddress[]>;
  connect(options: TcpNetConnectOpts): Socket;
};

/**
 * Connects to where a URL leads, with TLS for https. Names are looked up once, and unless the destination is allowed,
 * every address must be public; the connection goes to one of those, and the socket is asked where it came to before a
 * byte is written to it. So a name that changes its mind in between (DNS rebinding) changes nothing.
 *
 * @returns the connection, which is the caller's to destroy, or the address's refusal as a predicate of the URL.
 * @throws what failed, a Node error; the signal's reason when it is aborted, wherever that finds it.
 */
export async function guardedConnection(
  url: URL,
  network: Network,
  signal: AbortSignal,
): Promise<{ socket: Socket } | { refusal: string }> {
  const isAllowed = network.allow.has(hostPort(url));
  const refusalOf = (address: string) => (isAllowed ? null : addressRefusal(address));
  const { host, isAddress } = hostOf(url);
  const addresses = isAddress ? [] : await unlessAborted(network.lookup(host), signal);
  if (!isAddress && addresses.length === 0) throw failure("ENOTFOUND");
  const targets = isAddress ? [host] : addresses.map(({ address }) => address);
  const refusal = targets.map(refusalOf).find((each) => each !== null);
  if (refusal !== undefined) return { refusal };

  const socket = network.connect({ host, port: portOf(url), lookup: alwaysTo(addresses), autoSelectFamily: true });
  socket.on("error", () => {}); // also one that comes when nobody waits for it any more
  try {
    await once(socket, "connect", { signal });
    const peer = socket.remoteAddress;
    if (peer === undefined) throw failure("ECONNRESET"); // it is gone again, which is no reason not to try again
    const ofPeer = refusalOf(peer);
    if (ofPeer === null) return { socket: url.protocol === "https:" ? await secured(socket, url, signal) : socket };
    socket.destroy();
    return { refusal: ofPeer };
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** Gives the addresses that were checked, whatever is asked for. */
function alwaysTo(addresses: readonly LookupAddress[]): LookupFunction {
  return (_name, _options, callback) => callback(null, [...addresses]);
}

/** TLS over a connection. NODE_TLS_REJECT_UNAUTHORIZED, by which a process gives up checking, does not reach here. */
async function secured(socket: Socket, url: URL, signal: AbortSignal): Promise<Socket> {
  const { host, isAddress } = hostOf(url);
  const secure = connectTls({
    socket,
    host, // whose name the certificate must have
    ...(isAddress ? {} : { servername: host }), // RFC 6066 has no place for addresses
    ALPNProtocols: ["http/1.1"],
    rejectUnauthorized: true,
  });
  secure.on("error", () => {});
  await once(secure, "secureConnect", { signal });
  return secure;
}

/** What cannot be aborted is not waited for any longer. */
function unlessAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const aborted = once(signal, "abort").then(() => {
    throw signal.reason;
  });
  return Promise.race([work, aborted]);
}

function failure(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(code), { code });
}
