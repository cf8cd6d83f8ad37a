import { createHash, randomUUID } from "node:crypto";
import { answerSecondsMax } from "#contract/route.ts";
import { DomainError } from "#domain/domain-error.ts";
import { uuid7 } from "#domain/uuid7.ts";
import { commit, type Write } from "#store/commit.ts";
import { environment } from "#store/environment.ts";
import { keepAnswer } from "#store/idempotency.ts";
import { claimOperation, type OperationClaim, readOperationClaim } from "#store/operation-claim.ts";
import { type ApiRequest, CommitRefused, type KeyInUse, keptForm } from "./api-request.ts";
import type { HttpAnswer } from "./http-answer.ts";
import { newWriteId, writeIdOf } from "./identity.ts";
import { logger } from "./logger.ts";

/** What names the writes of an operation: for the same index the same again, whenever the operation is repeated. */
export type OperationNames = {
  /** An id for what the index stands for (0 to 4095). Ids of one operation sort by their index. */
  id: (index: number) => string;
  writeId: (index: number) => string;
};

/** What came of an operation. `complete` false: some writes may not have been made, and a repeat makes them. */
export type OperationOutcome = { answer: HttpAnswer; complete: boolean };

/**
 * Runs an operation of several writes that cannot be one transaction, so that with an Idempotency-Key it can be repeated
 * after a crash, a lost answer or a partial failure without doing anything twice.
 *
 * The key is claimed first. Ids and write ids follow from the claim: a repeat writes the same items on the condition that
 * they are absent, and knows its own by their write ids. In the end the claim becomes the kept answer, or is given free
 * when the outcome is not complete. A claim whose holder died is taken over once the holder must have ended; that bound
 * only saves work, since two that run at once write the same.
 *
 * @throws DomainError `operation_in_progress` while another request with the key holds the claim.
 * @throws CommitRefused when the claim changed hands; the shell then looks again.
 */
export async function operation(
  request: ApiRequest,
  work: (names: OperationNames) => Promise<OperationOutcome>,
): Promise<HttpAnswer> {
  const { claim: key, requestId } = request;
  if (key === null) return (await work(namesOf(randomUUID(), request.nowMs, environment().SHARDS))).answer;

  const { claim, standing } = await hold(key, requestId);
  const free = () => [claimOperation(key.of, { ...claim, heldUntilMs: 0 }, Date.now(), standing)];
  try {
    const { answer, complete } = await work(namesOf(key.of.digest, claim.startedAtMs, claim.shards));
    await end(complete ? keepAnswer(key.of, keptForm(answer), Date.now(), standing) : free(), requestId);
    return answer;
  } catch (error) {
    await end(free(), requestId);
    throw error;
  }
}

/** Claims the key and returns the claim with what now stands there. */
async function hold(
  { of: key, standing }: KeyInUse,
  requestId: string,
): Promise<{ claim: OperationClaim; standing: { v: number } }> {
  const nowMs = Date.now();
  const earlier = readOperationClaim(standing, nowMs);
  if (earlier !== null && nowMs < earlier.heldUntilMs) {
    throw new DomainError("operation_in_progress", "This operation is still running. Ask again for its answer.", {
      headers: { "retry-after": "1" },
    });
  }
  const { startedAtMs, shards } = earlier ?? { startedAtMs: nowMs, shards: environment().SHARDS };
  const claim = { startedAtMs, shards, heldUntilMs: nowMs + answerSecondsMax * 1000 };
  const write = claimOperation(key, claim, nowMs, standing);
  const { committed } = await commit([write], { writeId: newWriteId(), requestId });
  if (!committed) throw new CommitRefused(true);
  return { claim, standing: { v: (standing?.v ?? 0) + 1 } };
}

/** Writes how an operation ended. What was done stays done and is told when this fails: a repeat then comes to the same, later. */
async function end(writes: readonly Write[], requestId: string): Promise<void> {
  try {
    await commit(writes, { writeId: newWriteId(), requestId });
  } catch (error) {
    logger.error("how an operation ended was not kept", error as Error);
  }
}

function namesOf(seed: string, startedAtMs: number, shards: number): OperationNames {
  return {
    id: (index) => {
      const random = createHash("sha256")
        .update(JSON.stringify([seed, startedAtMs, index]))
        .digest();
      random.writeUInt16BE(index); // of which twelve bits come right after the time: RFC 9562, section 6.2, method 1
      return uuid7(startedAtMs, random, (random[10] ?? 0) % shards);
    },
    writeId: (index) => writeIdOf(seed, String(startedAtMs), String(index)),
  };
}
