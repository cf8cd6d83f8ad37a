import type { Run } from "./run.ts";

/** An answer; `body` is parsed where it is JSON. */
// biome-ignore lint/suspicious/noExplicitAny: anything may answer; each check looks at the members it is about.
export type Answer = { status: number; headers: Headers; body: any };

/** What a request carries beside its path. `key: false` leaves the key out. */
export type Asking = { json?: unknown; body?: string; headers?: Record<string, string>; key?: false };

/** The longest wait for one answer: API Gateway itself gives up after 30 s. */
const answerMsMax = 35_000;

/**
 * Sends one request below the run's URL, whose own path stays in front.
 *
 * @throws Error that says in a line why there was no answer.
 */
export async function ask(run: Run, method: string, path: string, asking: Asking = {}): Promise<Answer> {
  const headers: Record<string, string> = { ...asking.headers };
  // A header is bytes: a key of any characters goes as its UTF-8.
  if (run.key !== null && asking.key !== false) headers["x-api-key"] = Buffer.from(run.key).toString("latin1");
  if (asking.json !== undefined) headers["content-type"] ??= "application/json";
  const body = asking.json === undefined ? asking.body : JSON.stringify(asking.json);
  const url = run.base.href.replace(/\/$/, "") + path;
  try {
    const signal = AbortSignal.timeout(answerMsMax);
    const response = await fetch(url, { method, headers, redirect: "manual", signal, ...(body ? { body } : {}) });
    const text = await response.text();
    const isJson = text !== "" && (response.headers.get("content-type")?.startsWith("application/json") ?? false);
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  } catch (error) {
    throw new Error(`No answer from ${url}: ${reasonOf(error)}.`, { cause: error });
  }
}

/** What fetch hides in the cause of its `fetch failed`. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  return cause.message === "" && "code" in cause ? String(cause.code) : cause.message;
}
