import type { AwsCall, CallFault, FaultControl } from "./faults.ts";
import { errorXml } from "./s3-xml.ts";

/** A fault's own answer, in place of the service's. */
export type FaultAnswer = { readonly status: number; readonly contentType: string; readonly body: string };

const writes = new Set(["PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"]);

const throttles: Readonly<Record<Exclude<AwsCall["service"], "s3">, string>> = {
  dynamodb: "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",
  sqs: "com.amazonaws.sqs#RequestThrottled",
  events: "ThrottlingException",
  ssm: "ThrottlingException",
};

/** Chooses the fault that befalls a call, by the rule of the test first and by chance otherwise. */
export function chooseFault(call: AwsCall, faults: FaultControl): CallFault | undefined {
  const { calls } = faults.current;
  if (calls === undefined) return undefined;
  const decided = calls.decide?.(call);
  if (decided !== undefined) return decided;
  if (faults.chance(calls.kill)) return faults.below(2) === 0 ? "kill" : "killAfter";
  if (faults.chance(calls.throttle)) return "throttle";
  if (call.service === "dynamodb" && writes.has(call.action) && faults.chance(calls.conflict)) return "conflict";
  if (faults.chance(calls.lostAnswer)) return "lostAnswer";
  if (call.action.startsWith("Batch") || call.action.endsWith("Batch") || call.action === "PutEvents")
    if (faults.chance(calls.partial)) return "partial";
  return undefined;
}

/** The error of a call that is refused before its effect; null for the faults that come after it. */
export function refusal(call: AwsCall, fault: CallFault | undefined): FaultAnswer | null {
  if (fault === "throttle") return throttled(call);
  if (fault !== "conflict") return null;
  if (call.action !== "TransactWriteItems") {
    return error(
      "com.amazonaws.dynamodb.v20120810#TransactionConflictException",
      "Transaction is ongoing for the item",
    );
  }
  const parts = Array.isArray(call.body.TransactItems) ? call.body.TransactItems : [];
  const reasons = parts.map((_, index) => (index === 0 ? { Code: "TransactionConflict" } : { Code: "None" }));
  const codes = reasons.map((reason) => reason.Code).join(", ");
  return error("com.amazonaws.dynamodb.v20120810#TransactionCanceledException", `Transaction cancelled [${codes}]`, {
    CancellationReasons: reasons,
  });
}

/** A batch call without its last entry, and what to add to its answer for that entry: it is left undone, with a 200. */
export function halved(
  call: AwsCall,
): { body: Record<string, unknown>; amend(answer: Record<string, unknown>): void } | null {
  if (call.service === "sqs") {
    const entries = (call.body.Entries ?? []) as { Id: string }[];
    const left = entries.at(-1);
    if (left === undefined || entries.length < 2) return null;
    return {
      body: { ...call.body, Entries: entries.slice(0, -1) },
      amend: (answer) => {
        const failed = { Id: left.Id, Code: "InternalError", Message: "left undone by a fault", SenderFault: false };
        answer.Failed = [...((answer.Failed ?? []) as unknown[]), failed];
      },
    };
  }
  if (call.service === "events") {
    const entries = (call.body.Entries ?? []) as unknown[];
    if (entries.length < 2) return null;
    return {
      body: { ...call.body, Entries: entries.slice(0, -1) },
      amend: (answer) => {
        answer.FailedEntryCount = 1;
        answer.Entries = [...((answer.Entries ?? []) as unknown[]), { ErrorCode: "InternalFailure" }];
      },
    };
  }
  const requests = (call.body.RequestItems ?? {}) as Record<string, unknown[] | { Keys: unknown[] }>;
  const [[table, list] = []] = Object.entries(requests);
  if (table === undefined || list === undefined) return null;
  const all = Array.isArray(list) ? list : list.Keys;
  if (all.length < 2) return null;
  const withEntries = (entries: unknown[]) => (Array.isArray(list) ? entries : { ...list, Keys: entries });
  const member = call.action === "BatchWriteItem" ? "UnprocessedItems" : "UnprocessedKeys";
  return {
    body: { ...call.body, RequestItems: { ...requests, [table]: withEntries(all.slice(0, -1)) } },
    amend: (answer) => {
      answer[member] = { ...(answer[member] as object | undefined), [table]: withEntries(all.slice(-1)) };
    },
  };
}

function throttled({ service }: AwsCall): FaultAnswer {
  if (service !== "s3") return error(throttles[service], "throttled by a fault");
  return { status: 503, contentType: "application/xml", body: errorXml("SlowDown", "throttled by a fault") };
}

function error(type: string, message: string, more: Record<string, unknown> = {}): FaultAnswer {
  return {
    status: 400,
    contentType: "application/x-amz-json-1.0",
    body: JSON.stringify({ __type: type, message, Message: message, ...more }),
  };
}
