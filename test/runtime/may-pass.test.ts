import { once } from "node:events";
import { connect } from "node:net";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { DomainError } from "#domain/domain-error.ts";
import { mayPass } from "#runtime/may-pass.ts";
import { table, tableName } from "#store/table.ts";
import { disturbed } from "#test/disturbed.ts";
import { startService } from "#test/service.ts";

const service = await startService({ faults: {} });

/** What a function throws. */
async function thrown(work: () => unknown): Promise<unknown> {
  try {
    await work();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}
const put = (bytes: number) =>
  table().send(new PutCommand({ TableName: tableName(), Item: { pk: "a", sk: "a", p: "x".repeat(bytes) } }));
const away = new SSMClient({
  endpoint: "http://127.0.0.1:1",
  region: "us-east-1",
  maxAttempts: 2,
  credentials: { accessKeyId: "a", secretAccessKey: "a" },
});
const withoutCredentials = new SSMClient({
  region: "us-east-1",
  credentials: () => Promise.reject(Object.assign(new Error("none"), { name: "CredentialsProviderError" })),
});
const get = new GetParameterCommand({ Name: "a" });

describe("a failure may pass", () => {
  it.each([
    ["of a busy table", () => disturbed(service, { decide: () => "throttle" }, () => put(1))],
    ["of a service that is not there", () => away.send(get)],
    ["of credentials that are not there yet", () => withoutCredentials.send(get)],
    ["of a time limit", () => AbortSignal.abort().throwIfAborted()],
    ["of a connection", () => once(connect(1, "127.0.0.1"), "connect")],
    ["that is told as a busy service", () => Promise.reject(new DomainError("service_unavailable", "busy"))],
  ])("%s", async (_, work) => {
    expect(mayPass(await thrown(work))).toBe(true);
  });
});

describe("a failure comes again", () => {
  const deep = "[".repeat(50_000) + "]".repeat(50_000);
  it.each([
    ["of an item that is too large", () => put(410_000)],
    ["of a stack that is too small", () => JSON.stringify(JSON.parse(deep))],
    ["of data that is no JSON", () => JSON.parse("{")],
    ["of data of another shape", () => z.string().parse(7)],
    ["of our own rules", () => Promise.reject(new DomainError("state_conflict", "no"))],
    ["of a wrong argument to Node", () => Buffer.from(7 as unknown as string)],
    ["of what is no error at all", () => Promise.reject("no")],
  ])("%s", async (_, work) => {
    expect(mayPass(await thrown(work))).toBe(false);
  });
});
