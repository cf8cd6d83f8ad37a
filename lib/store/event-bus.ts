import { setTimeout as sleep } from "node:timers/promises";
import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from "@aws-sdk/client-eventbridge";
import { DomainError } from "#domain/domain-error.ts";
import type { EventType } from "#domain/event.ts";
import { environment } from "./environment.ts";

/** An event to put on the bus; `detail` is its body as JSON text. */
export type BusEntry = { type: EventType; atMs: number; detail: string };

/** What events on the bus say where they come from. */
const source = "sluice";

/**
 * What one request may carry, in entries and in bytes of them all, which must be fewer than 256 KB (AWS: "Calculating
 * PutEvents event entry size").
 */
const entriesMax = 10;
const requestBytesMax = 256 * 1024 - 1;
/** What of an entry counts besides its source, type and detail: its time. */
const timeBytes = 14;
const attemptsMax = 5;

/** What the bus says of an entry that it will never take as it is (AWS: "PutEventsResultEntry"); all else may pass. */
const refusals: readonly string[] = ["InvalidArgument", "MalformedDetail", "RedactionFailure"];

let client: EventBridgeClient | undefined;

/** The client, made on first use: most deployments have no bus. */
function bus(): EventBridgeClient {
  client ??= new EventBridgeClient({
    maxAttempts: 4,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 5_000 },
  });
  return client;
}

/** True where there is a bus to put events on. */
export function hasEventBus(): boolean {
  return environment().EVENT_BUS_NAME !== "";
}

/**
 * Puts events on the bus, in order, as many at once as a request may carry. Those that a request leaves out are put again;
 * once that was in vain the rest is not put either, since it would only have to be put again.
 *
 * @param entries each of them short enough for a request of its own
 * @param whyNot asked before each request; an error: it is not made, and that is why
 * @returns for each entry why it is not on the bus, an error of AWS's where that may pass; null: it is, once at least
 */
export async function putEvents(
  entries: readonly BusEntry[],
  whyNot: () => Error | null = () => null,
): Promise<(unknown | null)[]> {
  const failures = new Map<BusEntry, unknown>();
  let stopped: unknown = null;
  for (const some of requestsOf(entries)) {
    stopped ??= whyNot();
    const failed = stopped === null ? await put(some) : new Map(some.map((entry) => [entry, stopped]));
    for (const [entry, error] of failed) {
      failures.set(entry, error);
      if (!(error instanceof EventRefused)) stopped = error;
    }
  }
  return entries.map((entry) => failures.get(entry) ?? null);
}

function requestsOf(entries: readonly BusEntry[]): BusEntry[][] {
  const requests: BusEntry[][] = [];
  let bytes = 0;
  for (const entry of entries) {
    const size = timeBytes + source.length + entry.type.length + Buffer.byteLength(entry.detail);
    const last = requests.at(-1);
    if (last === undefined || last.length === entriesMax || bytes + size > requestBytesMax) {
      requests.push([entry]);
      bytes = size;
    } else {
      last.push(entry);
      bytes += size;
    }
  }
  return requests;
}

/** An event that the bus will not take, however often it is put. */
class EventRefused extends Error {}

/** Puts what one request may carry. Gives why entries are not on the bus. */
async function put(entries: readonly BusEntry[]): Promise<Map<BusEntry, unknown>> {
  const failures = new Map<BusEntry, unknown>();
  let left = entries;
  for (let attempt = 1; ; attempt++) {
    try {
      const { Entries: results = [] } = await bus().send(new PutEventsCommand({ Entries: left.map(requestEntry) }));
      for (const [at, entry] of left.entries()) {
        const { ErrorCode: code = "", ErrorMessage: why } = results[at] ?? {};
        if (refusals.includes(code)) failures.set(entry, new EventRefused(`The bus refuses the event: ${code} ${why}`));
      }
      left = left.filter((entry, at) => results[at]?.ErrorCode !== undefined && !failures.has(entry));
      if (left.length === 0) return failures;
      if (attempt < attemptsMax) {
        await sleep(Math.random() * 20 * 2 ** attempt);
        continue;
      }
      throw new DomainError("service_unavailable", `The bus left out ${left.length} events again and again.`);
    } catch (error) {
      for (const entry of left) failures.set(entry, error);
      return failures;
    }
  }
}

function requestEntry({ type, atMs, detail }: BusEntry): PutEventsRequestEntry {
  return {
    EventBusName: environment().EVENT_BUS_NAME,
    Source: source,
    DetailType: type,
    Time: new Date(atMs),
    Detail: detail,
  };
}
