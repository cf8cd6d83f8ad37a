import type { HttpResult } from "#domain/http-exchange.ts";
import type { StoredOutput } from "#domain/journal.ts";
import type { Run } from "#domain/run.ts";
import type { Next, Settled } from "#domain/run-engine.ts";
import type { Outcome } from "#domain/steps/step-type.ts";
import { stepTypeOf } from "#domain/steps/step-types.ts";
import { sendHttp } from "#runtime/egress/send-http.ts";
import { signatureHeaders } from "#runtime/egress/standard-webhooks.ts";
import { logger } from "#runtime/logger.ts";
import { webhookSecrets } from "#runtime/webhook-secrets.ts";
import { putObject } from "#store/objects.ts";
import { outputsPrefix } from "./outputs.ts";
import type { RunScope } from "./run-scope.ts";
import { withoutSecrets } from "./without-secrets.ts";

/** The longest answer that is taken in; what is beyond is cut off. */
const responseBytesMax = 64 * 1024;
/** A longer output is an object of its own. */
const inlineOutputBytesMax = 32 * 1024;
/** Where S3 does not take one that is no longer than this, the table does: of an item's 400 KB it leaves enough. */
const tableOutputBytesMax = 128 * 1024;

/**
 * Sends the request of a step, once. It carries the same `webhook-id` and `Idempotency-Key` (the step's own, where it has
 * one) whenever the step is attempted again, so that the other side can tell a repeat, and is signed
 * (https://www.standardwebhooks.com). What came back is told without the secrets that were sent. Once it is sent this throws
 * nothing more: whoever runs the step would send it again.
 */
export async function sendStep(
  run: Run,
  { step, config, effect }: Extract<Next, { kind: "send" }>,
  secrets: ReadonlyMap<string, string>,
  scope: RunScope,
): Promise<Settled> {
  const startedAtMs = Date.now();
  const { request } = effect;
  const id = webhookIdOf(run, step.name);
  const message = { id, timestampSeconds: Math.floor(startedAtMs / 1000), body: request.body ?? "" };
  const signature = signatureHeaders(message, await webhookSecrets(startedAtMs));
  const headers = { "idempotency-key": id, ...request.headers, ...signature }; // of two names the later holds, in any case
  const timeoutMs = step.timeoutSeconds * 1000;
  const answer = await sendHttp({ ...request, headers, timeoutMs, responseBytesMax });
  const settledAtMs = Date.now();
  const times = { startedAtMs, settledAtMs };
  try {
    const result = withoutSecrets(answer, secrets);
    const outcome = stepTypeOf(step.type).settle(config, { kind: "http", result }, settledAtMs);
    return { outcome, output: outcome.ok ? await storedOutput(run, step.name, outcome.output, scope) : null, ...times };
  } catch (error) {
    logger.error("answer not taken in", { run_id: run.id, step: step.name, error: error as Error });
    return { outcome: notTakenIn(answer, error), output: null, ...times };
  }
}

/** A failure of ours after the request was sent: to repeat that would not mend it, and might do twice what was done. */
function notTakenIn(answer: HttpResult, error: unknown): Outcome {
  const got = answer.kind === "response" ? `answered ${answer.status}, and the answer` : "what came of it";
  const why = error instanceof Error ? error.name : "unknown";
  return { ok: false, error: `${got} could not be taken in (${why})`, cause: "unusable", retryAfterMs: null };
}

/** The id of a step's request: that of the run, the step, and how often the run was retried. */
export function webhookIdOf(run: Run, stepName: string): string {
  return `run_${run.id}_${stepName}_${run.generation}`;
}

async function storedOutput(
  run: Run,
  stepName: string,
  output: Record<string, unknown>,
  scope: RunScope,
): Promise<StoredOutput> {
  const text = JSON.stringify(output);
  const bytes = Buffer.byteLength(text);
  if (bytes <= inlineOutputBytesMax) return { value: output };
  const objectKey = `${outputsPrefix(run.id)}${stepName}-${run.generation}-${run.fence}.json`;
  try {
    await putObject(objectKey, text);
  } catch (error) {
    if (bytes > tableOutputBytesMax) throw error;
    logger.warn("an output is kept in the table", { run_id: run.id, step: stepName, error: error as Error });
    return { value: output };
  }
  scope.remember(objectKey, output);
  return { objectKey, bytes };
}
