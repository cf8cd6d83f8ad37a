import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { afterAll } from "vitest";

/** A listener on loopback, at one port of 127.0.0.1 and ::1, that nobody should ever find. */
export type Canary = {
  readonly port: number;
  /** Where it listens, as URLs have it: a machine may have no ::1. */
  readonly hosts: readonly string[];
  /** How often it was connected to since it was last asked, and what was written to it, once all who came are gone. */
  found(): Promise<{ connections: number; heard: string }>;
};

/** Starts a canary, which answers whatever is written to it: one that is found is seen to be. */
export async function startCanary(): Promise<Canary> {
  let visits: { socket: Socket; from: number; heard: string }[] = [];
  const onConnection = (socket: Socket) => {
    const visit = { socket, from: socket.remotePort ?? 0, heard: "" };
    visits.push(visit);
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      visit.heard += chunk.toString("latin1");
      socket.write("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\ncanary");
    });
  };
  const { servers, port } = await listenOnBoth(onConnection);
  afterAll(() => {
    for (const { socket } of visits) socket.destroy();
    for (const server of servers) server.close();
  });

  /** Comes after all who came before, for a listener accepts in order, and tells from which port it came. */
  async function comeLast(server: Server): Promise<number> {
    const socket = connect({ host: (server.address() as { address: string }).address, port });
    await once(socket, "connect");
    const from = socket.localPort ?? 0;
    while (!visits.some((visit) => visit.from === from)) await once(server, "connection");
    socket.destroy();
    return from;
  }
  return {
    port,
    hosts: ["127.0.0.1", "[::1]"].slice(0, servers.length),
    found: async () => {
      const own = await Promise.all(servers.map(comeLast));
      const others = visits.filter(({ from }) => !own.includes(from));
      visits = [];
      await Promise.all(others.map(({ socket }) => closing(socket)));
      return { connections: others.length, heard: others.map(({ heard }) => heard).join("") };
    },
  };
}

/** A port that is free at 127.0.0.1 may be taken at ::1. */
async function listenOnBoth(onConnection: (socket: Socket) => void): Promise<{ servers: Server[]; port: number }> {
  for (;;) {
    const four = createServer(onConnection);
    const port = await listen(four, 0, "127.0.0.1");
    const six = createServer(onConnection);
    try {
      await listen(six, port, "::1");
      return { servers: [four, six], port };
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EADDRNOTAVAIL" || code === "EAFNOSUPPORT") return { servers: [four], port };
      four.close();
      if (code !== "EADDRINUSE") throw error;
    }
  }
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => resolve((server.address() as { port: number }).port));
  });
}

/** Resolves when a connection is closed, in whatever way. */
function closing(socket: Socket): Promise<void> {
  return new Promise((resolve) => (socket.closed ? resolve() : socket.on("close", () => resolve())));
}
