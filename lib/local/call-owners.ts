import type { ClientRequest, IncomingMessage } from "node:http";
import type { Invocation } from "./invocation.ts";

/** Tells where a call arrives whose it is: by its connection, since its headers may be written before anyone can add one. */
export type CallOwners = {
  /** Notes whose a request is, at its creation. */
  note(request: ClientRequest, invocation: Invocation): void;
  /** The invocation that a request came from; null for one that no function made. */
  of(request: IncomingMessage): Invocation | null;
};

/** Nobody's calls, until some are noted. */
export function callOwners(): CallOwners {
  const byConnection = new Map<string, Invocation>();
  return {
    note: (request, invocation) => {
      request.once("socket", (socket) => {
        const note = () => {
          const connection = `${socket.localPort} ${socket.remotePort}`;
          byConnection.set(connection, invocation);
          request.once("close", () => {
            // A kept connection may have its next owner already.
            if (byConnection.get(connection) === invocation) byConnection.delete(connection);
          });
        };
        if (socket.connecting) socket.once("connect", note);
        else note();
      });
    },
    of: ({ socket }) => byConnection.get(`${socket.remotePort} ${socket.localPort}`) ?? null,
  };
}
