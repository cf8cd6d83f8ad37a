import { randomUUID } from "node:crypto";
import { AwsError } from "./aws-error.ts";
import { accountId, functionNameOf, region } from "./aws-names.ts";
import type { QueueEngine } from "./fauxqs.ts";
import { jsonService } from "./json-service.ts";
import type { LambdaHost } from "./lambda-host.ts";
import type { LocalModel, RuleModel } from "./model.ts";
import { eventFilter } from "./stream-filter.ts";

/** An event as its targets receive it. */
export type BusEvent = {
  readonly version: "0";
  readonly id: string;
  readonly "detail-type": string;
  readonly source: string;
  readonly account: string;
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: unknown;
};

/** EventBridge's PutEvents on loopback, in this process. */
export type EventBus = {
  readonly url: string;
  /** The newest events put, oldest first, at most 1,000. */
  readonly events: readonly BusEvent[];
  /** Delivers by the rules of a stack; until then events are only kept. */
  serve(model: LocalModel, host: LambdaHost, queues: QueueEngine | null): void;
  stop(): Promise<void>;
};

type Entry = {
  Source?: string;
  DetailType?: string;
  Detail?: string;
  EventBusName?: string;
  Resources?: string[];
  Time?: number;
};

const eventsKept = 1_000;
const entriesMax = 10;
/** AWS: "The total entry size must be less than 256KB" ("Calculating PutEvents event entry size"). */
const requestBytesMax = 256 * 1024 - 1;

/** Listens for events. A delivery is made once: a function that fails is reported and not called again. */
export async function startEventBus(): Promise<EventBus> {
  const events: BusEvent[] = [];
  let deliver: (busName: string, event: BusEvent) => void = () => {};
  let isKnown: (busName: string) => boolean = () => true;

  function put(entries: readonly Entry[]): unknown {
    if (entries.length === 0 || entries.length > entriesMax)
      throw new AwsError("ValidationException", "PutEvents takes 1 to 10 entries");
    if (entries.reduce((sum, entry) => sum + sizeOf(entry), 0) > requestBytesMax)
      throw new AwsError("ValidationException", "Total size of the entries in the request is over the limit.");
    const unknown = entries.map(busOf).find((name) => !isKnown(name));
    if (unknown !== undefined) throw new AwsError("ResourceNotFoundException", `Event bus ${unknown} does not exist.`);
    const results = entries.map((entry) => {
      const event = busEvent(entry);
      if (event === null) return { ErrorCode: "MalformedDetail", ErrorMessage: "Detail is malformed." };
      events.push(event);
      if (events.length > eventsKept) events.shift();
      deliver(busOf(entry), event);
      return { EventId: event.id };
    });
    return { FailedEntryCount: results.filter((each) => "ErrorCode" in each).length, Entries: results };
  }

  const server = await jsonService(
    "AWSEvents",
    { PutEvents: ({ Entries }) => put((Entries ?? []) as Entry[]) },
    "lib/local/event-bus.ts",
  );
  return {
    ...server,
    events,
    serve: (model, host, queues) => {
      const names = new Set(["default", ...model.buses.map(({ name }) => name)]);
      isKnown = (name) => names.has(name);
      const rules = model.rules.map((rule) => ({ rule, matches: eventFilter([rule.pattern]) }));
      deliver = (busName, event) => {
        for (const { rule, matches } of rules)
          if (rule.busName === busName && matches(event)) send(rule, event, host, queues);
      };
    },
  };
}

function send(rule: RuleModel, event: BusEvent, host: LambdaHost, queues: QueueEngine | null): void {
  for (const arn of rule.targetArns) {
    if (arn.startsWith("arn:aws:sqs:")) queues?.send(arn, JSON.stringify(event));
    else void host.invoke(functionNameOf(arn), event);
  }
}

function busOf({ EventBusName = "default" }: Entry): string {
  return EventBusName.split("/").at(-1) ?? "";
}

function sizeOf({ Source = "", DetailType = "", Detail = "", Resources = [], Time }: Entry): number {
  return Buffer.byteLength([Source, DetailType, Detail, ...Resources].join("")) + (Time === undefined ? 0 : 14);
}

function busEvent(entry: Entry): BusEvent | null {
  const { Source, DetailType, Detail } = entry;
  if (Source === undefined || DetailType === undefined || Detail === undefined) return null;
  try {
    return {
      version: "0",
      id: randomUUID(),
      "detail-type": DetailType,
      source: Source,
      account: accountId,
      time: new Date(entry.Time === undefined ? Date.now() : entry.Time * 1000).toISOString().replace(/\.\d+Z$/, "Z"),
      region,
      resources: entry.Resources ?? [],
      detail: JSON.parse(Detail),
    };
  } catch {
    return null;
  }
}
