import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { describe, expect, it } from "vitest";
import type { AwsCall } from "#local/faults.ts";
import { runKey } from "#store/keys.ts";
import { table, tableName } from "#store/table.ts";
import { disturbed } from "#test/disturbed.ts";
import { dumpTables } from "#test/dump-tables.ts";
import { startService } from "#test/service.ts";

const service = await startService({ clock: "virtual", faults: {} });
const minuteMs = 60_000;

async function trigger(duration = 0, payload: object = {}): Promise<string> {
  const steps = [{ name: "wait", type: "delay", config: { duration } }];
  await service.call("POST", "/api/v1/workflows", { json: { id: "flow", name: "Flow", steps } });
  return (await service.call("POST", "/api/v1/trigger", { json: { workflow_id: "flow", payload } })).body.run_id;
}

/** Lets time pass minute by minute, so that messages come back and the sweep comes by. */
async function minutes(count: number): Promise<void> {
  for (let minute = 0; minute < count; minute++) await service.clock.advance(minuteMs);
}

const list = async (): Promise<{ run_id: string }[]> => (await service.call("GET", "/api/v1/runs")).body.items;
const get = async (id: string) => (await service.call("GET", `/api/v1/runs/${id}`)).body;

describe("a message that the queue gives up on", () => {
  it("does not fail its run where the workers failed, and not the run: the sweep brings it on", async () => {
    let killed = 0;
    service.faults.set({
      calls: {
        decide: ({ functionName }) => (functionName?.includes("WorkerAdvance") && killed++ >= 0 ? "kill" : undefined),
      },
    });
    const id = await trigger();
    await minutes(40); // five receives, a visibility timeout apart
    expect(killed).toBeGreaterThanOrEqual(5);
    expect(await get(id)).toMatchObject({ status: "PENDING", error: null });
    service.faults.clear();
    await minutes(20);
    expect(await get(id)).toMatchObject({ status: "SUCCESS" });
  }, 60_000);

  it("fails a run that kills its workers: one that was claimed more often than it can need", async () => {
    // Dies after every claim, before what its request came to can be saved.
    const steps = [
      { name: "tell", type: "webhook", config: { url: "https://example.com/" }, retry: { max_attempts: 1 } },
    ];
    await service.call("POST", "/api/v1/workflows", { json: { id: "deadly", name: "Deadly", steps } });
    const claims = new Set<string>();
    service.faults.set({
      calls: {
        decide: ({ functionName, action, body }) => {
          if (!functionName?.includes("WorkerAdvance") || action !== "PutItem") return undefined;
          const item = JSON.stringify((body as { Item?: unknown }).Item);
          if (!item.includes("RUNNING")) return undefined;
          claims.add(item);
          return "killAfter";
        },
      },
    });
    const { run_id } = (await service.call("POST", "/api/v1/trigger", { json: { workflow_id: "deadly" } })).body;
    await minutes(240);
    service.faults.clear();
    const run = await get(run_id);
    expect(run).toMatchObject({ status: "FAILED" });
    expect(run.error).toMatch(/never came to an end|again and again/);
    expect(claims.size).toBeLessThanOrEqual(12);
  }, 120_000);

  it("has ended its run first, where the worker failed on that for a reason that does not pass", async () => {
    const body = "{{ payload.a }}";
    const steps = [{ name: "tell", type: "webhook", config: { url: "https://example.com/", body } }];
    await service.call("POST", "/api/v1/workflows", { json: { id: "broken", name: "Broken", steps } });
    const lost = { decide: ({ action }: AwsCall) => (action === "SendMessage" ? ("throttle" as const) : undefined) };
    const { run_id } = await disturbed(service, lost, async () => {
      return (await service.call("POST", "/api/v1/trigger", { json: { workflow_id: "broken", payload: {} } })).body;
    });
    const update = { TableName: tableName(), Key: runKey(run_id), UpdateExpression: "SET p = :p" };
    await table().send(new UpdateCommand({ ...update, ExpressionAttributeValues: { ":p": "{" } }));
    await minutes(20);
    expect((await list()).find((run) => run.run_id === run_id)).toMatchObject({ status: "PENDING" });
    await minutes(20);
    expect((await list()).find((run) => run.run_id === run_id)).toMatchObject({
      status: "FAILED",
      error: expect.stringMatching(/^The service fails on this run, and would again \(SyntaxError\)/),
    });
  }, 60_000);

  it("is sent again when it was to clear a run away: nothing else knows that something of it is left", async () => {
    const id = await trigger(0, { note: "planted-clearing".padEnd(2_000) });
    await service.settle();
    let failed = 0;
    service.faults.set({
      calls: {
        decide: ({ functionName, action }) =>
          functionName?.includes("WorkerAdvance") && action === "DeleteItem" && failed++ >= 0 ? "kill" : undefined,
      },
    });
    expect((await service.call("DELETE", `/api/v1/runs/${id}`)).status).toBe(204);
    await minutes(60); // five receives, and those of the next message
    expect(failed).toBeGreaterThan(5);
    service.faults.clear();
    expect(await dumpTables(service)).toContain("planted-clearing");
    await minutes(40);
    expect(await dumpTables(service)).not.toContain("planted-clearing");
  }, 60_000);

  it("is kept whole when it is none of ours", async () => {
    const { sqs } = service.endpoints;
    const client = new SQSClient({
      endpoint: sqs ?? "",
      region: "us-east-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });
    const QueueUrl = service.resource("Sluice/Work/Queue/Resource").ref;
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: "what is this?" }));
    await minutes(40);
    expect(await dumpTables(service)).toContain("what is this?");
  }, 60_000);
});
