import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  DeleteParameterCommand,
  DeleteParametersCommand,
  DescribeParametersCommand,
  GetParameterCommand,
  GetParametersCommand,
  PutParameterCommand,
  type PutParameterCommandInput,
  paginateGetParametersByPath,
  SSMClient,
} from "@aws-sdk/client-ssm";
import { describe, expect, onTestFinished, test } from "vitest";
import { startFixture } from "#test/fixture-runtime.ts";

const virtual = { clock: "virtual" } as const;

/** Parameters as functions see them: the client knows no more than its environment. */
async function openParameters(options: Parameters<typeof startFixture>[1] = virtual) {
  const fixture = await startFixture({}, options);
  const client = new SSMClient({});
  onTestFinished(() => client.destroy());
  return {
    fixture,
    client,
    put: (Name: string, Value: string, more: Partial<PutParameterCommandInput> = { Type: "String" }) =>
      client.send(new PutParameterCommand({ Name, Value, ...more })),
    get: async (Name: string, WithDecryption = true) =>
      (await client.send(new GetParameterCommand({ Name, WithDecryption }))).Parameter,
  };
}

const nameOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "done",
    (error: Error) => error.name,
  );

describe("a parameter", () => {
  test("has its value, type, version, time and ARN", async () => {
    const { put, get, fixture } = await openParameters();
    expect(await put("/a/b", "1")).toMatchObject({ Version: 1, Tier: "Standard" });
    expect(await get("/a/b")).toMatchObject({
      Name: "/a/b",
      Value: "1",
      Type: "String",
      Version: 1,
      DataType: "text",
      ARN: "arn:aws:ssm:us-east-1:000000000000:parameter/a/b",
    });
    expect(Math.abs(Number((await get("/a/b"))?.LastModifiedDate) - fixture.clock.now())).toBeLessThan(60_000);
  });

  test("is replaced only on demand, under its next version, and keeps its type and its past", async () => {
    const { put, get } = await openParameters();
    await put("/a", "1", { Type: "SecureString" });
    expect(await nameOf(put("/a", "2"))).toBe("ParameterAlreadyExists");
    expect(await put("/a", "2", { Overwrite: true })).toMatchObject({ Version: 2 });
    expect(await get("/a")).toMatchObject({ Value: "2", Version: 2, Type: "SecureString" });
    expect(await get("/a:1")).toMatchObject({ Value: "1", Version: 1 });
    expect(await nameOf(get("/a:3"))).toBe("ParameterVersionNotFound");
  });

  test("that is secret is not shown to who does not ask for it decrypted", async () => {
    const { put, get } = await openParameters();
    await put("/secret", "hunter2", { Type: "SecureString" });
    expect((await get("/secret", false))?.Value).not.toContain("hunter2");
    expect((await get("/secret", true))?.Value).toBe("hunter2");
  });

  test("is gone when deleted: ParameterNotFound", async () => {
    const { put, get, client } = await openParameters();
    await put("/a", "1");
    const remove = () => client.send(new DeleteParameterCommand({ Name: "/a" }));
    await remove();
    expect(await nameOf(get("/a"))).toBe("ParameterNotFound");
    expect(await nameOf(remove())).toBe("ParameterNotFound");
    expect(await put("/a", "again")).toMatchObject({ Version: 1 });
  });
});

test("several are read and deleted at once, and the missing named", async () => {
  const { put, client } = await openParameters();
  await put("/a", "1");
  await put("/b", "2");
  const Names = ["/b", "/none", "/a"];
  const { Parameters = [], InvalidParameters } = await client.send(new GetParametersCommand({ Names }));
  expect(Parameters.map(({ Value }) => Value)).toEqual(["2", "1"]);
  expect(InvalidParameters).toEqual(["/none"]);
  const deleted = await client.send(new DeleteParametersCommand({ Names }));
  expect(deleted).toMatchObject({ DeletedParameters: ["/b", "/a"], InvalidParameters: ["/none"] });
});

test("a path is walked in pages of ten, of its children or of all below", async () => {
  const { put, client } = await openParameters();
  const names = Array.from({ length: 23 }, (_, index) => `/run/${String(index).padStart(2, "0")}`);
  for (const name of [...names, "/run/00/deep", "/running", "plain"]) await put(name, "x");
  const walk = async (Path: string, Recursive: boolean) => {
    const pages: (string | undefined)[][] = [];
    for await (const { Parameters = [] } of paginateGetParametersByPath({ client }, { Path, Recursive }))
      pages.push(Parameters.map(({ Name }) => Name));
    return pages;
  };
  expect(await walk("/run", false)).toEqual([names.slice(0, 10), names.slice(10, 20), names.slice(20)]);
  expect((await walk("/run/", true)).flat()).toEqual(["/run/00", "/run/00/deep", ...names.slice(1)]);
  expect(await walk("/none", true)).toEqual([[]]);
});

test("what AWS would refuse is refused, and so is what is not emulated", async () => {
  const { put, client } = await openParameters();
  const refused = [
    put("/a", "x".repeat(4097)),
    put("/a", "1", {}),
    put("/a b", "1"),
    put("a/b", "1"),
    put("/aws/a", "1"),
    put("/a", "1", { Type: "String", Overwrite: true, Tags: [{ Key: "a", Value: "b" }] }),
    put("/a", "1", { Type: "String", AllowedPattern: "x" }),
  ];
  expect(new Set(await Promise.all(refused.map(nameOf)))).toEqual(new Set(["ValidationException"]));
  expect(await nameOf(put("/a", "x".repeat(8192), { Type: "String", Tier: "Advanced" }))).toBe("done");
  const describing = client.send(new DescribeParametersCommand({}));
  await expect(describing).rejects.toThrow("lib/local does not understand AmazonSSM.DescribeParameters");
});

test("parameters survive a restart, in a file that its owner alone may read", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "data-"));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  const first = await openParameters({ dataDir });
  await first.put("/secret", "hunter2", { Type: "SecureString" });
  await first.put("/secret", "hunter3", { Overwrite: true });
  expect(statSync(join(dataDir, "parameters.json")).mode & 0o777).toBe(0o600);
  expect(readdirSync(dataDir).filter((name) => name.endsWith(".unfinished"))).toEqual([]);
  await first.fixture.stop();
  const second = await openParameters({ dataDir, assembly: first.fixture.assembly });
  expect(await second.get("/secret")).toMatchObject({ Value: "hunter3", Version: 2 });
  expect(await second.put("/secret", "hunter4", { Overwrite: true })).toMatchObject({ Version: 3 });
});

test("a function reaches them by its environment; what its role does not grant is refused, and calls are metered", async () => {
  const { fixture } = await openParameters({ ...virtual, meter: true });
  await fixture.aws("ssm", "PutParameter", { Name: "/a", Value: "1", Type: "String" });
  expect((await fixture.aws("ssm", "GetParameter", { Name: "/a" })).Parameter.Value).toBe("1");
  const deleting = fixture.aws("ssm", "DeleteParameter", { Name: "/a" });
  await expect(deleting).rejects.toThrow("is not allowed ssm:DeleteParameter");
  const missing = fixture.aws("ssm", "GetParameter", { Name: "/none" }).catch((error) => error.name);
  expect(await missing).toBe("ParameterNotFound");
  expect(fixture.usage.calls["ssm:GetParameter"]).toMatchObject({ requests: 2, errors: 1 });
  expect(fixture.usage.calls["ssm:DeleteParameter"]).toBeUndefined();
});
