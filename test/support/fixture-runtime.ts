import { rmSync } from "node:fs";
import { onTestFinished } from "vitest";
import { type LocalOptions, type LocalRuntime, startLocal } from "#local/start-local.ts";
import { type FixtureOptions, synthesiseFixture } from "./fixture-stack.ts";

type Kind = "queue" | "dead" | "stream" | "schedule" | "window";
// What the functions of the fixture received and answer; they are plain JavaScript.
export type Seen = any;
type Plan = (event: Seen, context: Seen) => unknown;

/** A fixture stack that runs for one test. */
export type Fixture = LocalRuntime & {
  readonly assembly: string;
  readonly messages: string[];
  /** Has the HTTP function do something; returns its answer's body. */
  command(command: Record<string, unknown>): Promise<Seen>;
  /** Has it call AWS by the real SDK; returns the output, or throws what it met. */
  aws(service: "s3" | "ssm" | "sqs" | "eventbridge", action: string, input: Record<string, unknown>): Promise<Seen>;
  /** Writes items with these keys, one after another. */
  put(...keys: string[]): Promise<void>;
  /** Sends messages with these bodies. */
  send(...bodies: string[]): Promise<void>;
};

const shared = globalThis as unknown as {
  fixtureSeen: Record<Kind, Seen[]>;
  fixturePlans: Partial<Record<Kind, Plan>>;
};

/** The events that a function received, oldest first. */
export function seen(kind: Kind): Seen[] {
  return shared.fixtureSeen[kind];
}

/** The key of each record in each batch that the stream's function received. */
export function batches(kind: "stream" | "window" = "stream"): string[][] {
  return seen(kind).map((event) => event.Records.map((record: Seen) => record.dynamodb.Keys.pk.S));
}

/** The body of each message in each batch that a queue's function received. */
export function bodies(kind: "queue" | "dead" = "queue"): string[][] {
  return seen(kind).map((event) => event.Records.map((record: Seen) => record.body));
}

/** Has a function answer as planned from now on. */
export function plan(kind: Kind, answer: Plan): void {
  shared.fixturePlans[kind] = answer;
}

/** The bodies of a queue's visible messages. */
export async function inQueue(fixture: Fixture, name: string): Promise<string[]> {
  const response = await fetch(
    `${fixture.endpoints.sqs}/_fauxqs/queues/${fixture.resource(name).attributes.QueueName}`,
  );
  const { messages } = (await response.json()) as Seen;
  return messages.ready.map((message: Seen) => message.body);
}

/** Starts a fixture and stops it after the test; `assembly` among the options starts one that is synthesised already. */
export async function startFixture(
  fixture: FixtureOptions = {},
  options: Partial<LocalOptions> & { keepsEvents?: boolean } = {},
): Promise<Fixture> {
  const { keepsEvents = false, ...rest } = options;
  if (!keepsEvents) {
    shared.fixtureSeen = { queue: [], dead: [], stream: [], schedule: [], window: [] };
    shared.fixturePlans = {};
  }
  const messages: string[] = [];
  const assembly = rest.assembly ?? synthesiseFixture(fixture);
  onTestFinished(() => rmSync(assembly, { recursive: true, force: true }));
  const runtime = await startLocal({
    dataDir: ":memory:",
    onEvent: (event) => messages.push(event.message),
    ...rest,
    assembly,
  });
  onTestFinished(() => runtime.stop());

  async function command(command: Record<string, unknown>): Promise<Seen> {
    const response = await fetch(`${runtime.url}/command`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ command }),
    });
    return response.json();
  }

  async function aws(service: string, action: string, input: Record<string, unknown>): Promise<Seen> {
    const answer = await command({ aws: [{ service, action, input }] });
    if (answer.error === undefined && answer.results !== undefined) return answer.results[0];
    throw Object.assign(new Error(answer.message), { name: answer.error });
  }

  return {
    ...runtime,
    assembly,
    messages,
    command,
    aws,
    put: async (...keys) => {
      await command({ put: keys.map((key) => ({ pk: { S: key } })) });
    },
    send: async (...bodies) => {
      await command({ send: bodies.map((MessageBody) => ({ MessageBody })) });
    },
  };
}
