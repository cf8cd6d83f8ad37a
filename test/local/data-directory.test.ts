import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { batches, bodies, type Seen, seen, startFixture } from "#test/fixture-runtime.ts";
import { synthesiseFixture } from "#test/fixture-stack.ts";

function newDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), "data-"));
  // After the runtime has stopped: hooks run last to first.
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
const item = (key: string) => ({ pk: { S: key } });
const dynoxidePid = (dataDir: string) => Number(readFileSync(join(dataDir, "dynoxide.pid"), "utf8"));
const isGone = (pid: number) => vi.waitFor(() => expect(existsSync(`/proc/${pid}`)).toBe(false), { timeout: 5_000 });

/** Starts a runtime in a process of its own; returns the first line that it prints. */
async function startChild(assembly: string, dataDir: string): Promise<{ child: ChildProcess; line: string }> {
  const path = fileURLToPath(new URL("../support/fixture-child.ts", import.meta.url));
  const child = spawn(process.execPath, [path, assembly, dataDir], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const line = await new Promise<string>((resolve) =>
    child.stdout?.once("data", (data) => resolve(String(data).trim())),
  );
  return { child, line };
}

async function command(url: string, command: Seen): Promise<Seen> {
  const headers = { "content-type": "application/json" };
  return (await fetch(`${url}/command`, { method: "POST", headers, body: JSON.stringify({ command }) })).json();
}

describe("after a restart", () => {
  test("tables, queues and checkpoints go on where they were", async () => {
    const dataDir = newDirectory();
    const first = await startFixture({}, { dataDir });
    await first.put("a", "b");
    await first.command({ send: [{ MessageBody: "later", DelaySeconds: 1 }] });
    await first.settle();
    await first.stop();
    const { assembly } = first;
    const second = await startFixture({}, { assembly, dataDir, clock: "virtual" });
    await second.put("c");
    await second.clock.advance(2_000);
    expect(batches().flat()).toEqual(["c"]);
    expect(bodies()).toEqual([["later"]]);
    expect((await second.command({ get: [item("a")] })).results[0].Item).toEqual(item("a"));
  });

  test("a schedule whose tick was missed fires once, at once", async () => {
    const dataDir = newDirectory();
    const first = await startFixture({}, { dataDir, clock: "virtual" });
    const { assembly } = first;
    await first.stop();
    const realNow = Date.now;
    Date.now = () => realNow() + 600_000;
    onTestFinished(() => {
      Date.now = realNow;
    });
    const second = await startFixture({}, { assembly, dataDir });
    await second.settle();
    expect(seen("schedule").length).toBe(1);
  });

  test("a global index that is new in the template is added and filled", async () => {
    const dataDir = newDirectory();
    const first = await startFixture({}, { dataDir });
    await first.command({ put: [{ ...item("a"), group: { S: "g" } }] });
    await first.stop();
    const second = await startFixture({ indexBy: "group" }, { dataDir });
    expect(second.messages.join()).toContain("index by-attribute added");
    const response = await fetch(second.endpoints.dynamodb, {
      method: "POST",
      headers: {
        authorization:
          "AWS4-HMAC-SHA256 Credential=a/20200101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=a",
        "x-amz-date": "20200101T000000Z",
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": "DynamoDB_20120810.Scan",
      },
      body: JSON.stringify({ TableName: second.outputs.TableName, IndexName: "by-attribute" }),
    });
    expect(((await response.json()) as Seen).Count).toBe(1);
  });

  test("another key in the template is an error that says how to mend", async () => {
    const dataDir = newDirectory();
    const first = await startFixture({}, { dataDir });
    await first.stop();
    await expect(startFixture({ key: "id" }, { dataDir })).rejects.toThrow(
      /the table Fixture-Table\w+ has another key than the template.*move the data directory \(DATA_DIR\) away/,
    );
  });

  test(":memory: keeps nothing", async () => {
    const first = await startFixture();
    const { assembly } = first;
    await first.put("a");
    await first.stop();
    const second = await startFixture({}, { assembly });
    expect((await second.command({ get: [item("a")] })).results[0].Item).toBeUndefined();
  });
});

describe("a process killed by SIGKILL", () => {
  test("leaves no engine behind; the next start has its data, and its messages in flight at once", async () => {
    const assembly = synthesiseFixture();
    const dataDir = newDirectory();
    const { child, line: url } = await startChild(assembly, dataDir);
    await command(url, { put: [item("a")], send: [{ MessageBody: "in flight" }] });
    const pid = dynoxidePid(dataDir);
    expect(existsSync(`/proc/${pid}`)).toBe(true);
    child.kill("SIGKILL");
    await isGone(pid);
    const fixture = await startFixture({}, { assembly, dataDir });
    await fixture.settle();
    expect(bodies()).toEqual([["in flight"]]);
    expect((await fixture.command({ get: [item("a")] })).results[0].Item).toEqual(item("a"));
  });

  test("leaves delayed messages their delay", async () => {
    const assembly = synthesiseFixture();
    const dataDir = newDirectory();
    const { child, line: url } = await startChild(assembly, dataDir);
    await command(url, { send: [{ MessageBody: "in flight" }, { MessageBody: "later", DelaySeconds: 600 }] });
    child.kill("SIGKILL");
    await new Promise((resolve) => child.once("exit", resolve));
    const fixture = await startFixture({}, { assembly, dataDir, clock: "virtual" });
    await fixture.settle();
    expect(bodies()).toEqual([["in flight"]]);
    expect(seen("queue")[0].Records[0].attributes.ApproximateReceiveCount).toBe("2");
    await fixture.clock.advance(560_000);
    expect(bodies()).toEqual([["in flight"]]);
    await fixture.clock.advance(41_000);
    expect(bodies()).toEqual([["in flight"], ["later"]]);
  });

  test("leaves every object and parameter that was acknowledged", async () => {
    const assembly = synthesiseFixture();
    const dataDir = newDirectory();
    const { child, line: url } = await startChild(assembly, dataDir);
    const Bucket = "fixture-bucket83908e77";
    const aws = [
      { service: "s3", action: "PutObject", input: { Bucket, Key: "a", Body: "kept" } },
      { service: "ssm", action: "PutParameter", input: { Name: "/a", Value: "kept", Type: "SecureString" } },
    ];
    expect((await command(url, { aws })).error).toBeUndefined();
    child.kill("SIGKILL");
    await new Promise((resolve) => child.once("exit", resolve));
    const fixture = await startFixture({}, { assembly, dataDir });
    expect(fixture.outputs.BucketName).toBe(Bucket);
    expect(await fixture.aws("s3", "GetObject", { Bucket, Key: "a" })).toMatchObject({ Body: "kept" });
    const { Parameter } = await fixture.aws("ssm", "GetParameter", { Name: "/a", WithDecryption: true });
    expect(Parameter.Value).toBe("kept");
  });

  test("leaves no lock behind: a start right after it works", async () => {
    const assembly = synthesiseFixture();
    const dataDir = newDirectory();
    const { child } = await startChild(assembly, dataDir);
    child.kill("SIGKILL");
    await new Promise((resolve) => child.once("exit", resolve));
    const fixture = await startFixture({}, { assembly, dataDir });
    expect((await fetch(fixture.url)).status).toBe(200);
  });
});

test("what :memory: took goes when its process is killed", async () => {
  const { child, line: url } = await startChild(synthesiseFixture(), ":memory:");
  expect((await fetch(url)).status).toBe(200);
  const [directory = ""] = openDirectories(child.pid);
  expect(existsSync(directory)).toBe(true);
  child.kill("SIGKILL");
  await vi.waitFor(() => expect(existsSync(directory)).toBe(false), { timeout: 5_000 });
});

test("stream records of more than a day ago are trimmed at start, but for the newest", async () => {
  const dataDir = newDirectory();
  const first = await startFixture({}, { dataDir });
  await first.put("a", "b", "c");
  await first.stop();
  const engine = new DatabaseSync(join(dataDir, "dynamodb.sqlite"));
  engine.exec("UPDATE _stream_records SET created_at = created_at - 90000");
  const second = await startFixture({}, { assembly: first.assembly, dataDir });
  expect(engine.prepare("SELECT sequence_number FROM _stream_records").all()).toEqual([{ sequence_number: "3" }]);
  engine.close();
  await second.put("d");
  await second.settle();
  expect(batches().flat()).toEqual(["d"]);
});

test("a second process on the same directory is told who holds it", async () => {
  const dataDir = newDirectory();
  const { assembly } = await startFixture({}, { dataDir });
  const { line } = await startChild(assembly, dataDir);
  expect(line).toBe(`${dataDir} is in use by process ${process.pid}: stop it, or set DATA_DIR to another directory`);
});

test("a second runtime in one process is an error", async () => {
  await startFixture();
  await expect(startFixture()).rejects.toThrow("runs in this process already");
});

test("stopping ends the engine and gives the directory of :memory: back", async () => {
  const fixture = await startFixture();
  const child = openDirectories();
  expect(child.length).toBe(1);
  const pid = dynoxidePid(child[0] ?? "");
  await fixture.stop();
  await isGone(pid);
  expect(openDirectories()).toEqual([]);
});

test("an engine that dies by itself is fatal, and says so", async () => {
  const fatal = Promise.withResolvers<Error>();
  const dataDir = newDirectory();
  await startFixture({}, { dataDir, onFatal: fatal.resolve });
  process.kill(dynoxidePid(dataDir), "SIGKILL");
  expect((await fatal.promise).message).toMatch(/^dynoxide ended by itself/);
});

test("without an engine the error says how to get one", async () => {
  const start = startFixture({}, { dynamodb: { binary: "/nowhere/dynoxide" } });
  await expect(start).rejects.toThrow(/no dynoxide at \/nowhere\/dynoxide; .*DYNOXIDE_BIN.*AWS_ENDPOINT_URL_DYNAMODB/);
});

test("nothing listens beyond loopback", async () => {
  const dataDir = newDirectory();
  await startFixture({}, { dataDir, meter: true });
  const addresses = [process.pid, dynoxidePid(dataDir)].flatMap(listeningAddresses);
  // The HTTP API, dynoxide, fauxqs, S3, parameters, and four proxies.
  expect(addresses.length).toBeGreaterThanOrEqual(9);
  expect(new Set(addresses)).toEqual(new Set(["0100007F"]));
});

test("functions cannot reach a real account", async () => {
  await startFixture();
  expect(process.env).toMatchObject({
    AWS_ENDPOINT_URL: "http://127.0.0.1:9",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_ACCESS_KEY_ID: "local",
    AWS_CONFIG_FILE: "/dev/null",
  });
});

function openDirectories(pid: number | string = "self"): string[] {
  return readdirSync(`/proc/${pid}/fd`)
    .map((fd) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${fd}`);
      } catch {
        return "";
      }
    })
    .filter((path) => path.endsWith("/local.sqlite"))
    .map((path) => join(path, ".."));
}

function listeningAddresses(pid: number): string[] {
  const inodes = new Set(
    readdirSync(`/proc/${pid}/fd`).map((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1];
      } catch {
        return undefined;
      }
    }),
  );
  return ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((file) =>
    readFileSync(file, "utf8")
      .split("\n")
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state, , , , , , inode]) => state === "0A" && inodes.has(inode))
      .map(([, local = ""]) => local.split(":")[0] ?? ""),
  );
}
