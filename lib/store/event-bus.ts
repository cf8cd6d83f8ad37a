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
 * Puts events on the bus, in order, as many at once as a request may carry. Those that a request leaves out are put again.
 *
 * @param entries each of them short enough for a request of its own
 * @returns for each entry why it is not on the bus; null: it is, once at least
 */
export async function putEvents(entries: readonly BusEntry[]): Promise<(unknown | null)[]> {
  const outcomes: (unknown | null)[] = [];
  for (const some of requestsOf(entries)) outcomes.push(...(await put(some)));
  return outcomes;
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

async function put(entries: readonly BusEntry[]): Promise<(unknown | null)[]> {
  const outcomes: (unknown | null)[] = entries.map(() => null);
  let left = entries.map((entry, index) => ({ index, request: requestEntry(entry) }));
  for (let attempt = 1; ; attempt++) {
    try {
      const Entries = left.map(({ request }) => request);
      const { Entries: results = [] } = await bus().send(new PutEventsCommand({ Entries }));
      left = left.filter((_, at) => results[at]?.ErrorCode !== undefined);
      if (left.length === 0) return outcomes;
      if (attempt < attemptsMax) {
        await sleep(Math.random() * 20 * 2 ** attempt);
        continue;
      }
      throw new DomainError("service_unavailable", `The bus left out ${left.length} events again and again.`);
    } catch (error) {
      for (const { index } of left) outcomes[index] = error;
      return outcomes;
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
