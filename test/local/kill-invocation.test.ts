import { get } from "node:http";
import { GetParametersCommand, PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { dynamoDbClient } from "#local/dynamodb-client.ts";
import type { CallFault } from "#local/faults.ts";
import { loopbackServer } from "#local/loopback-server.ts";
import { batches, bodies, type Fixture, plan, type Seen, seen, startFixture } from "#test/fixture-runtime.ts";

const item = (key: string) => ({ pk: { S: key } });
const exists = async (fixture: Fixture, key: string) =>
  (await fixture.command({ get: [item(key)] })).results[0].Item !== undefined;

/** Has an observed function read from the table. */
const callsTable = (fixture: Fixture) => async () => {
  const client = dynamoDbClient(process.env.AWS_ENDPOINT_URL_DYNAMODB ?? "");
  try {
    await client.call("GetItem", { TableName: fixture.outputs.TableName, Key: item("a") });
  } finally {
    client.close();
  }
};

/** A fixture whose calls of an action meet a fault: the nth of them alone, counted from 0. */
async function startDisturbed(action: string, fault: CallFault, nth = 0) {
  let count = 0;
  const calls: string[] = [];
  const decide = (call: { action: string }) => {
    calls.push(call.action);
    return call.action === action && count++ === nth ? fault : undefined;
  };
  const fixture = await startFixture({}, { clock: "virtual", faults: { calls: { decide } } });
  return { fixture, calls };
}

describe("an invocation killed at a call", () => {
  test("before it: the call is not made, and none after it; the answer is that of a failed function", async () => {
    const { fixture, calls } = await startDisturbed("PutItem", "kill", 1);
    const answer = await fixture.command({ put: [item("a"), item("b"), item("c")] });
    expect(answer).toEqual({ message: "Internal Server Error" });
    expect(calls).toEqual(["PutItem", "PutItem"]);
    expect([await exists(fixture, "a"), await exists(fixture, "b"), await exists(fixture, "c")]).toEqual([
      true,
      false,
      false,
    ]);
    expect(fixture.messages.join()).toContain("Runtime.ExitError: Runtime exited with error: signal: killed");
  });

  test("after it: the call is made, its answer never arrives", async () => {
    const { fixture, calls } = await startDisturbed("PutItem", "killAfter");
    const answer = await fixture.command({ put: [item("a"), item("b")] });
    expect(answer).toEqual({ message: "Internal Server Error" });
    expect(calls).toEqual(["PutItem"]);
    expect([await exists(fixture, "a"), await exists(fixture, "b")]).toEqual([true, false]);
  });

  test.each([
    ["s3", "PutObject", { Key: "a", Body: "x" }],
    ["s3", "PutObject", { Key: "a", Body: "x".repeat(3_000_000) }],
    ["ssm", "PutParameter", { Name: "/a", Value: "x", Type: "String" }],
    ["sqs", "SendMessage", { MessageBody: "x" }],
    ["eventbridge", "PutEvents", { Entries: [{ Source: "a", DetailType: "b", Detail: "{}" }] }],
  ] as const)("of %s: %s is tried once, by the SDK as by the function", async (service, action, input) => {
    const calls: Seen[] = [];
    const decide = (call: Seen): CallFault => {
      calls.push(call);
      return "killAfter";
    };
    const options = { clock: "virtual", faults: { calls: { decide } } } as const;
    const fixture = await startFixture({ eventPattern: { source: ["none"] } }, options);
    const own = { s3: { Bucket: fixture.outputs.BucketName }, sqs: { QueueUrl: fixture.resource("Dead").ref } };
    const whole = { ...(own as Record<string, object>)[service], ...input };
    await expect(fixture.aws(service, action, whole)).rejects.toThrow("Internal Server Error");
    await fixture.clock.advance(60_000);
    expect(calls).toEqual([
      expect.objectContaining({ action, functionName: fixture.resource("Http").ref, service: serviceOf(service) }),
    ]);
  });

  test("takes the calls beside it along, and leaves other invocations alone", async () => {
    const { fixture } = await startDisturbed("SendMessage", "kill");
    const { calls } = fixture.faults.current;
    const before = async ({ action }: { action: string }) => {
      // What goes out at once with the call that kills is under way still when it does.
      if (action === "PutItem") await vi.waitFor(() => expect(fixture.messages.join()).toContain("ExitError"));
    };
    fixture.faults.set({ calls: { ...calls, before } });
    const [killed, other] = await Promise.all([
      fixture.command({ together: true, send: [{ MessageBody: "x" }], put: [item("beside")] }),
      fixture.command({ put: [item("other")] }),
    ]);
    expect(killed).toEqual({ message: "Internal Server Error" });
    expect(other.error).toBeUndefined();
    expect([await exists(fixture, "beside"), await exists(fixture, "other")]).toEqual([false, true]);
  });

  test("makes no request any more, whatever its code goes on to do", async () => {
    const requests: (string | undefined)[] = [];
    const underWay = Promise.withResolvers<void>();
    const elsewhere = await loopbackServer(async ({ url }, response) => {
      requests.push(url);
      if (url === "/slow") underWay.resolve();
      else response.end();
    });
    onTestFinished(elsewhere.stop);
    const { fixture } = await startDisturbed("GetItem", "kill");
    const after = Promise.withResolvers<unknown[]>();
    plan("queue", async () => {
      await fetch(`${elsewhere.url}/alive`);
      const slow = requested(`${elsewhere.url}/slow`);
      await underWay.promise;
      await callsTable(fixture)().catch(() => {});
      const late = [fetch(`${elsewhere.url}/fetch`), requested(`${elsewhere.url}/http`)];
      const outcomes = await Promise.allSettled([slow, ...late]);
      after.resolve(outcomes.map(({ status }) => status));
    });
    await fixture.send("work");
    expect(await after.promise).toEqual(["rejected", "rejected", "rejected"]);
    expect(requests).toEqual(["/alive", "/slow"]);
  });

  test("ends nothing where no function calls: a call of a test's own just breaks off, before its effect or after", async () => {
    const faults: CallFault[] = ["kill", "killAfter"];
    const owners: unknown[] = [];
    const decide = ({ functionName, index }: { functionName: string | null; index: number }) => {
      owners.push(functionName);
      return faults[index];
    };
    const fixture = await startFixture({}, { clock: "virtual", faults: { calls: { decide } } });
    const client = new SSMClient({ maxAttempts: 1 });
    onTestFinished(() => client.destroy());
    for (const Name of ["/kill", "/killAfter"])
      await expect(client.send(new PutParameterCommand({ Name, Value: "x", Type: "String" }))).rejects.toThrow();
    const { Parameters = [] } = await client.send(new GetParametersCommand({ Names: ["/kill", "/killAfter"] }));
    expect(Parameters.map(({ Name }) => Name)).toEqual(["/killAfter"]);
    expect(owners).toEqual([null, null, null]);
    expect((await fixture.command({ get: [item("a")] })).error).toBeUndefined();
  });

  test("lets the next invocation of the function work as ever", async () => {
    const { fixture } = await startDisturbed("PutItem", "killAfter");
    await fixture.put("a");
    expect((await fixture.command({ put: [item("b")] })).results.length).toBe(1);
    expect(await exists(fixture, "b")).toBe(true);
  });
});

describe("a mapping whose function is killed at a call", () => {
  test("of a queue: its messages are visible again after the visibility timeout, and not before", async () => {
    const { fixture } = await startDisturbed("GetItem", "kill");
    plan("queue", callsTable(fixture));
    await fixture.send("work");
    await fixture.settle();
    await fixture.clock.advance(28_000);
    expect(bodies()).toEqual([["work"]]);
    await fixture.clock.advance(3_000);
    expect(bodies()).toEqual([["work"], ["work"]]);
    expect(seen("queue")[1].Records[0].attributes.ApproximateReceiveCount).toBe("2");
    await fixture.clock.advance(60_000);
    expect(bodies().length).toBe(2);
  });

  test("of a stream: its batch comes again", async () => {
    const { fixture } = await startDisturbed("GetItem", "killAfter");
    plan("stream", callsTable(fixture));
    await fixture.put("a");
    await fixture.settle();
    expect(batches()).toEqual([["a"], ["a"]]);
  });
});

test("by chance kills come before and after the effect, the same for the same seed", async () => {
  const outcomes = async (seed: number) => {
    const fixture = await startFixture({}, { clock: "virtual", faults: { seed, calls: { kill: 0.6 } } });
    const keys = Array.from({ length: 12 }, (_, index) => `k${index}`);
    const answers: string[] = [];
    for (const key of keys) answers.push((await fixture.command({ put: [item(key)] })).message ?? "done");
    fixture.faults.clear();
    const list: string[] = [];
    for (const [index, key] of keys.entries()) list.push(`${answers[index]}, ${await exists(fixture, key)}`);
    await fixture.stop();
    return list;
  };
  const first = await outcomes(3);
  expect(new Set(first)).toEqual(
    new Set(["done, true", "Internal Server Error, true", "Internal Server Error, false"]),
  );
  expect(await outcomes(3)).toEqual(first);
});

const requested = (url: string) => new Promise((resolve, reject) => get(url, resolve).on("error", reject));

const serviceOf = (service: string) => (service === "eventbridge" ? "events" : service);
