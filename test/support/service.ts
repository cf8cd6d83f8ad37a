import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { afterAll, inject } from "vitest";
import { parseOperatorSettings } from "#contract/environment.ts";
import { synthesize } from "#infra/synthesize.ts";
import type { LocalEvent } from "#local/local-event.ts";
import type { LocalOptions, LocalRuntime } from "#local/local-runtime.ts";
import { startLocal } from "#local/start-local.ts";
import { type Answer, assertConforms } from "./conformance.ts";

/** A request a test sends. `json` is sent as JSON; `body` as it is. */
export type Call = { headers?: Record<string, string>; json?: unknown; body?: string | Uint8Array };

/** The service under test, and a client whose every answer is checked against the OpenAPI document. */
export type TestService = LocalRuntime & {
  call(method: string, path: string, request?: Call): Promise<Answer & { body: any }>;
};

/**
 * How a test file wants its service; `settings` are an operator's, and cost a synthesis of their own. With `stage` aws it is
 * the stack that deploys, with its bundles, run here.
 */
type ServiceOptions = Partial<LocalOptions> & { settings?: Record<string, string>; stage?: "local" | "aws" };

/** Starts the service on its embedded default for one test file and stops it after. */
export async function startService({ settings, stage, ...options }: ServiceOptions = {}): Promise<TestService> {
  const assembly = settings === undefined ? inject("assembly") : await synthesizeOwn(settings, stage ?? "local");
  const runtime = await startLocal({ assembly, dataDir: ":memory:", port: 0, onEvent: report, ...options });
  afterAll(() => runtime.stop());
  return Object.assign(runtime, {
    call: (method: string, path: string, request?: Call) => callService(runtime.url, method, path, request),
  });
}

/** What goes wrong inside the runtime is shown beside the test that it makes fail; who is killed is killed by a test. */
function report({ kind, message }: LocalEvent): void {
  const isMeant = message.includes("Runtime exited with error: signal: killed");
  if (!isMeant && !["function-loaded", "table-created", "schedule-fired"].includes(kind)) console.warn(message);
}

async function synthesizeOwn(settings: Record<string, string>, stage: "local" | "aws"): Promise<string> {
  mkdirSync("build", { recursive: true });
  const folder = mkdtempSync("build/test-");
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const { directory } = await synthesize({
    stage,
    bundleMode: stage === "aws" || process.env.TEST_BUNDLES === "deploy" ? "deploy" : "local",
    settings: parseOperatorSettings({ LOG_LEVEL: "CRITICAL", ...settings }),
    bundleDir: `${folder}/functions`,
    outdir: `${folder}/assembly`,
  });
  return directory;
}

/** Sends one request and checks the answer against the OpenAPI document. */
export async function callService(
  base: string,
  method: string,
  path: string,
  request: Call = {},
): Promise<Answer & { body: any }> {
  const url = new URL(path, base);
  const body = request.json === undefined ? request.body : JSON.stringify(request.json);
  const response = await fetch(url, {
    method,
    redirect: "manual",
    headers: { ...(request.json === undefined ? {} : { "content-type": "application/json" }), ...request.headers },
    ...(body === undefined ? {} : { body: body as string }),
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.startsWith("application/json") ?? false;
  const answer = { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  assertConforms(method, url, answer);
  return answer;
}
