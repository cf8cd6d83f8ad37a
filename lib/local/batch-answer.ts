import type { InvocationResult } from "./lambda-host.ts";

/** What a batch came to: `failed` holds the ids to retry. */
export type BatchOutcome =
  | { readonly kind: "done" }
  | { readonly kind: "partial"; readonly failed: ReadonlySet<string> }
  | { readonly kind: "failed"; readonly reason: string };

/**
 * Reads a partial batch response as Lambda does: nothing or an empty list is success; a list it cannot make sense of,
 * or an id that is empty or not in the batch, fails the whole batch.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
 */
export function batchOutcome(
  result: InvocationResult,
  reportsItemFailures: boolean,
  ids: ReadonlySet<string>,
): BatchOutcome {
  if (!result.ok) return { kind: "failed", reason: `${result.errorType}: ${result.errorMessage.split("\n")[0]}` };
  if (!reportsItemFailures) return { kind: "done" };
  const list = (result.value as { batchItemFailures?: unknown } | null | undefined)?.batchItemFailures;
  if (list === undefined || list === null) return { kind: "done" };
  if (!Array.isArray(list)) return { kind: "failed", reason: "batchItemFailures is not a list" };
  const failed = new Set<string>();
  for (const item of list) {
    const id = (item as { itemIdentifier?: unknown } | null)?.itemIdentifier;
    if (typeof id !== "string" || !ids.has(id)) {
      return { kind: "failed", reason: `batchItemFailures names ${JSON.stringify(id)}, which is not in the batch` };
    }
    failed.add(id);
  }
  return failed.size === 0 ? { kind: "done" } : { kind: "partial", failed };
}
