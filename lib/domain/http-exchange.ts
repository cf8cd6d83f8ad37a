/** One HTTP request as a workflow wants it sent. */
export type HttpRequest = {
  method: string;
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string | null; // null: none, which is not the same as an empty one
  timeoutMs: number; // for the whole exchange: name, connection, TLS, request and answer
  responseBytesMax: number; // of the answer's body; what is beyond is cut off
};

/** What came of sending it. Reasons are public: they name no inner address, and hold no stack. */
export type HttpResult =
  | {
      kind: "response";
      status: number;
      headers: Record<string, string>; // lower-case names; values of one name joined by ", "
      body: string; // read as UTF-8
      truncated: boolean; // true: the body is the beginning of a longer one
    }
  | { kind: "timeout"; afterMs: number }
  | { kind: "network"; reason: string } // the other side, or the way to it, failed: another attempt may succeed
  | { kind: "refused"; reason: string }; // by the guard: nothing was sent, and trying again will change nothing
