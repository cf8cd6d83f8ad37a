import * as z from "zod";
import { altersNumber } from "#domain/altered-number.ts";
import type { HttpResult } from "#domain/http-exchange.ts";
import { jsonDepth, jsonDepthMax } from "#domain/json-depth.ts";
import { retryAfterMs } from "#domain/retry-after.ts";
import { urlLengthMax } from "#domain/url-text.ts";
import type { Outcome, StepType } from "./step-type.ts";

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] as const;

const urlAdvice = "must be a URL, such as https://api.example.com/orders";
const methodAdvice = `must be one of ${methods.join(", ")}`;
const headersAdvice = 'must be an object of names and texts, such as {"X-Team": "billing"}';
const codesAdvice = 'must be a list of 1 to 50 statuses, such as [200, "3xx", "500-504"]';
const codeAdvice = "must be a status such as 204, a class such as 2xx, or a range such as 500-504, the lower one first";

const headerName = z.string().refine((name) => !/^webhook-/i.test(name));
const signedAdvice =
  "must not be set: the service signs what it sends, with webhook-id, webhook-timestamp and webhook-signature";
const headerValue = z.union([z.string(), z.number(), z.boolean()], {
  error: "must be a text, a number, true or false",
});

const statusCode = z.int().min(100, codeAdvice).max(599, codeAdvice);
const successCode = z.union([statusCode, z.string().refine(isClassOrRange, codeAdvice)], { error: codeAdvice });

function isClassOrRange(text: string): boolean {
  const [low = "", high = low] = text.split("-");
  return /^[1-5](xx|\d\d(-[1-5]\d\d)?)$/.test(text) && low <= high;
}

const config = z.object({
  url: z.string(urlAdvice).min(1, urlAdvice).max(urlLengthMax, `must be at most ${urlLengthMax} characters`),
  method: z
    .string(methodAdvice)
    .transform((text) => text.toUpperCase())
    .pipe(z.enum(methods, methodAdvice))
    .default("POST"),
  headers: z
    .record(headerName, headerValue.transform(String), {
      error: ({ code }) => (code === "invalid_key" ? signedAdvice : headersAdvice),
    })
    .default({}),
  body: z.unknown().optional(),
  success_codes: z.array(successCode, codesAdvice).min(1, codesAdvice).max(50, codesAdvice).default(["2xx"]),
});

type Config = z.output<typeof config>;

/** Sends a request, and takes the answer's body as its output. */
export const webhook: StepType<Config> = {
  config,
  begin: ({ url, method, headers, body }) => ({
    kind: "http",
    request: { url, method, ...written(headers, method === "GET" || method === "HEAD" ? undefined : body) },
  }),
  settle: (settings, effect, nowMs) => {
    if (effect.kind !== "http") throw new Error("A webhook waits for nothing.");
    return outcomeOf(settings, effect.result, nowMs);
  },
  destination: ({ url, headers }) =>
    typeof url === "string" ? { url, headers: (headers ?? {}) as Record<string, string> } : null,
};

/** A body is sent as JSON unless it is a text, which is sent as it stands. */
function written(headers: Record<string, string>, body: unknown) {
  const named = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
  if (body === undefined || body === null) return { headers, body: null };
  const [type, text] = typeof body === "string" ? ["text/plain", body] : ["application/json", JSON.stringify(body)];
  return { headers: named.has("content-type") ? headers : { ...headers, "content-type": type }, body: text };
}

function outcomeOf({ url, method, success_codes }: Config, result: HttpResult, nowMs: number): Outcome {
  const failed = { ok: false, retryAfterMs: null } as const;
  if (result.kind === "refused") return { ...failed, error: result.reason, cause: "unusable" };
  if (result.kind === "network") return { ...failed, error: result.reason, cause: "network" };
  if (result.kind === "timeout") {
    return { ...failed, error: `no answer within ${result.afterMs / 1000} seconds`, cause: "timeout" };
  }
  const { status: answered, headers, body, truncated } = result;
  if (!success_codes.some((code) => covers(code, answered))) {
    const error = `answered ${answered}${body === "" ? "" : `: ${body.slice(0, 200)}`}`;
    return { ok: false, error, cause: { status: answered }, retryAfterMs: retryAfterMs(headers, nowMs) };
  }
  const output = {
    type: "webhook",
    status_code: answered,
    response_data: truncated ? body : readable(body),
    url,
    method,
    ...(truncated ? { truncated: true } : {}),
  };
  return { ok: true, output };
}

function covers(code: number | string, answered: number): boolean {
  if (typeof code === "number") return code === answered;
  if (code.endsWith("xx")) return Math.floor(answered / 100) === Number(code[0]);
  const [low = 0, high = low] = code.split("-").map(Number);
  return answered >= low && answered <= high;
}

/**
 * JSON where the answer is JSON, whatever it says of itself; its text where it is none, or nested too deep to be kept. A
 * number that JavaScript would alter is a text of its digits, so that the id that was answered is the one that is used.
 */
function readable(body: string): unknown {
  if (jsonDepth(body) > jsonDepthMax) return body;
  try {
    return JSON.parse(body, exactNumber as (member: string, value: unknown) => unknown);
  } catch {
    return body;
  }
}

function exactNumber(_member: string, value: unknown, { source }: { source?: string }): unknown {
  return typeof value === "number" && source !== undefined && altersNumber(value, source) ? source : value;
}
