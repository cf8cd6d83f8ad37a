import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from "@aws-sdk/client-s3";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Fixture, startFixture } from "#test/fixture-runtime.ts";

const virtual = { clock: "virtual" } as const;

/** A bucket as functions see it: the client knows no more than its environment. */
async function openBucket(options: Parameters<typeof startFixture>[1] = virtual) {
  const fixture = await startFixture({}, options);
  const client = new S3Client({});
  onTestFinished(() => client.destroy());
  const Bucket = fixture.outputs.BucketName ?? "";
  return {
    fixture,
    client,
    Bucket,
    put: (Key: string, Body: string | Buffer, more = {}) =>
      client.send(new PutObjectCommand({ Bucket, Key, Body, ...more })),
    read: async (Key: string) => {
      const { Body, ...output } = await client.send(new GetObjectCommand({ Bucket, Key }));
      return { ...output, text: (await Body?.transformToString()) ?? "" };
    },
    list: (more = {}) => client.send(new ListObjectsV2Command({ Bucket, ...more })),
  };
}

const outcomeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "done",
    (error: Error & { $metadata?: { httpStatusCode?: number } }) => `${error.$metadata?.httpStatusCode} ${error.name}`,
  );

describe("objects", () => {
  test("come back as they went in: bytes, type, metadata and checksum", async () => {
    const { put, read, client, Bucket } = await openBucket();
    const { ETag, ChecksumCRC32 } = await put("a", "hello", {
      ContentType: "application/json",
      CacheControl: "no-store",
      Metadata: { run: "1" },
    });
    expect([ETag, ChecksumCRC32]).toEqual(['"5d41402abc4b2a76b9719d911017c592"', "NhCmhg=="]);
    const wanted = { ETag, ContentLength: 5, ContentType: "application/json", CacheControl: "no-store" };
    expect(await read("a")).toMatchObject({ ...wanted, text: "hello", Metadata: { run: "1" }, ChecksumCRC32 });
    expect(await client.send(new HeadObjectCommand({ Bucket, Key: "a" }))).toMatchObject(wanted);
  });

  test("are replaced whole, and gone when deleted, twice as well as once", async () => {
    const { put, read, client, Bucket } = await openBucket();
    await put("a", "first, and longer");
    await put("a", "second");
    expect((await read("a")).text).toBe("second");
    for (const _ of [1, 2]) await client.send(new DeleteObjectCommand({ Bucket, Key: "a" }));
    expect(await outcomeOf(read("a"))).toBe("404 NoSuchKey");
  });

  test("of a stream, and of some megabytes, arrive with their checksum after or before them", async () => {
    const { put, read, client, Bucket } = await openBucket({ ...virtual, meter: true });
    const Body = Readable.from([Buffer.from("hel"), Buffer.from("lo")]);
    await client.send(new PutObjectCommand({ Bucket, Key: "stream", Body, ContentLength: 5 }));
    const streamed = await read("stream");
    expect([streamed.text, streamed.ChecksumCRC32, streamed.ContentEncoding]).toEqual(["hello", "NhCmhg==", undefined]);
    // Of more than two megabytes the SDK first asks whether it may send them.
    await put("large", Buffer.alloc(3_000_000, "x"));
    expect((await read("large")).text).toBe("x".repeat(3_000_000));
  });

  test("of any key are kept apart, and within the data directory", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "data-"));
    onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
    const { put, read, list, Bucket } = await openBucket({ ...virtual, dataDir, meter: true });
    const keys = ["a", "A", "a/b", "../../../outside", "a/../b", "..", "/", "//", "x/./y", "k".repeat(1024), "ü/😀"];
    keys.push("with space+plus%25&?#=;:", "local.sqlite", "line\nbreak\u0001<&>", "\ue000");
    for (const key of keys) await put(key, `of ${key}`);
    for (const key of keys) expect((await read(key)).text).toBe(`of ${key}`);
    const { Contents = [] } = await list();
    const byBytes = keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect(Contents.map(({ Key }) => Key)).toEqual(byBytes);
    const names = readdirSync(join(dataDir, "objects", Bucket));
    expect(names.filter((name) => /^[0-9a-f]{64}$/.test(name)).length).toBe(keys.length);
    expect(names.length).toBe(keys.length);
    expect(existsSync(join(dataDir, "..", "outside"))).toBe(false);
    expect(await outcomeOf(put("k".repeat(1025), ""))).toBe("400 KeyTooLongError");
  });

  test("survive a restart; what was half written then is cleared away", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "data-"));
    onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
    const first = await openBucket({ dataDir });
    await first.put("a", "kept", { Metadata: { of: "first" } });
    const folder = join(dataDir, "objects", first.Bucket);
    writeFileSync(join(folder, "0.unfinished"), "half");
    await first.fixture.stop();
    const second = await openBucket({ dataDir, assembly: first.fixture.assembly });
    expect(await second.read("a")).toMatchObject({ text: "kept", Metadata: { of: "first" } });
    expect((await second.list()).KeyCount).toBe(1);
    expect(readdirSync(folder).length).toBe(1);
  });

  test("an upload that breaks off leaves what was there", async () => {
    const { put, read, fixture, Bucket } = await openBucket();
    await put("a", "before");
    const { port } = new URL(fixture.endpoints.s3 ?? "");
    const socket = connect(Number(port), "127.0.0.1");
    await new Promise((resolve) =>
      socket.write(`PUT /${Bucket}/a HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf`, resolve),
    );
    socket.destroy();
    await put("b", "");
    expect((await read("a")).text).toBe("before");
  });
});

describe("a conditional write", () => {
  test("412 PreconditionFailed unless the key is free; of twenty at once one wins", async () => {
    const { put, read } = await openBucket();
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, index) => outcomeOf(put("a", String(index), { IfNoneMatch: "*" }))),
    );
    expect(outcomes.toSorted()).toEqual([...Array(19).fill("412 PreconditionFailed"), "done"]);
    expect((await read("a")).text).toBe(String(outcomes.indexOf("done")));
  });
});

describe("a list", () => {
  test("walks all keys of a prefix in pages", async () => {
    const { put, client, Bucket } = await openBucket();
    const keys = Array.from({ length: 7 }, (_, index) => `run/${index}`);
    await Promise.all([...keys, "other/1", "run"].map((key) => put(key, "x")));
    const pages: (string | undefined)[][] = [];
    for await (const page of paginateListObjectsV2({ client, pageSize: 3 }, { Bucket, Prefix: "run/" }))
      pages.push((page.Contents ?? []).map(({ Key }) => Key));
    expect(pages).toEqual([keys.slice(0, 3), keys.slice(3, 6), keys.slice(6)]);
  });

  test("shows what has changed since the last one, and each object's size, time and tag", async () => {
    const { put, list, client, Bucket, fixture } = await openBucket();
    await put("a", "1");
    await put("b", "22");
    await list();
    await put("c", "333");
    await client.send(new DeleteObjectCommand({ Bucket, Key: "a" }));
    const { Contents = [], KeyCount, IsTruncated } = await list({ StartAfter: "a" });
    expect([KeyCount, IsTruncated]).toEqual([2, false]);
    expect(Contents.map(({ Key, Size }) => [Key, Size])).toEqual([
      ["b", 2],
      ["c", 3],
    ]);
    expect(Contents[0]).toMatchObject({ ETag: '"b6d767d2f8ed5d21a44b0e5886680cb9"', StorageClass: "STANDARD" });
    expect(Math.abs(Number(Contents[0]?.LastModified) - fixture.clock.now())).toBeLessThan(60_000);
  });

  test("of nothing is empty", async () => {
    const { list } = await openBucket();
    expect(await list({ Prefix: "none" })).toMatchObject({ KeyCount: 0, IsTruncated: false });
  });
});

test("many objects are deleted at once, named or in silence", async () => {
  const { put, list, client, Bucket } = await openBucket();
  const keys = ["a", "b&<c>", "d\ne"];
  for (const key of [...keys, "kept"]) await put(key, "x");
  const remove = (Quiet: boolean, names: string[]) =>
    client.send(new DeleteObjectsCommand({ Bucket, Delete: { Quiet, Objects: names.map((Key) => ({ Key })) } }));
  expect((await remove(false, keys.slice(0, 2))).Deleted?.map(({ Key }) => Key)).toEqual(keys.slice(0, 2));
  expect((await remove(true, keys)).Deleted).toBeUndefined();
  expect((await list()).Contents?.map(({ Key }) => Key)).toEqual(["kept"]);
});

describe("errors are those of S3", () => {
  test("404 NoSuchBucket and 404 NotFound", async () => {
    const { client, Bucket } = await openBucket();
    const elsewhere = { Bucket: "elsewhere", Key: "a" };
    expect(await outcomeOf(client.send(new GetObjectCommand(elsewhere)))).toBe("404 NoSuchBucket");
    expect(await outcomeOf(client.send(new PutObjectCommand({ ...elsewhere, Body: "x" })))).toBe("404 NoSuchBucket");
    expect(await outcomeOf(client.send(new HeadObjectCommand({ Bucket, Key: "none" })))).toBe("404 NotFound");
    expect(await outcomeOf(client.send(new HeadBucketCommand({ Bucket })))).toBe("done");
  });

  test("400 BadDigest when the bytes are not those of the checksum", async () => {
    const { put, read } = await openBucket();
    expect(await outcomeOf(put("a", "hello", { ChecksumCRC32: "AAAAAA==" }))).toBe("400 BadDigest");
    expect(await outcomeOf(put("a", "hello", { ContentMD5: "AAAAAAAAAAAAAAAAAAAAAA==" }))).toBe("400 BadDigest");
    expect(await outcomeOf(read("a"))).toBe("404 NoSuchKey");
  });

  test("501 NotImplemented for what is not emulated, with no effect", async () => {
    const { put, read, client, Bucket } = await openBucket();
    await put("a", "before");
    expect(await outcomeOf(put("a", "after", { Tagging: "a=b" }))).toBe("501 NotImplemented");
    expect(await outcomeOf(put("a", "after", { IfMatch: '"x"' }))).toBe("501 NotImplemented");
    expect(await outcomeOf(client.send(new GetObjectTaggingCommand({ Bucket, Key: "a" })))).toBe("501 NotImplemented");
    expect(await outcomeOf(client.send(new GetObjectCommand({ Bucket, Key: "a", Range: "bytes=0-1" })))).toBe(
      "501 NotImplemented",
    );
    expect((await read("a")).text).toBe("before");
  });
});

describe("a lifecycle rule", () => {
  test("deletes the objects of its prefix at midnight after its days, and no others", async () => {
    const { fixture, put, list } = await openBucket();
    const dayMs = 86_400_000;
    await fixture.clock.advance(dayMs - (fixture.clock.now() % dayMs) + 3_600_000);
    await put("week/a", "x");
    await put("kept", "x");
    const keys = async () => (await list()).Contents?.map(({ Key }) => Key);
    await fixture.clock.advance(7 * dayMs + 22 * 3_600_000);
    expect(await keys()).toEqual(["kept", "week/a"]);
    await fixture.clock.advance(3_600_000);
    expect(await keys()).toEqual(["kept"]);
    expect(fixture.messages).toContain("1 objects expired");
  });
});

describe("a function", () => {
  const Key = "from/a function";
  const roundTrip = async (fixture: Fixture) => {
    const Bucket = fixture.outputs.BucketName ?? "";
    await fixture.aws("s3", "PutObject", { Bucket, Key, Body: "hello" });
    const { Body } = await fixture.aws("s3", "GetObject", { Bucket, Key });
    await fixture.aws("s3", "ListObjectsV2", { Bucket });
    await fixture.aws("s3", "DeleteObject", { Bucket, Key });
    return Body;
  };

  test("reaches S3 by its environment alone; its actions are noted, and metered by the proxy", async () => {
    const fixture = await startFixture({}, { ...virtual, meter: true });
    expect(await roundTrip(fixture)).toBe("hello");
    const actions = fixture.usage.actionsByFunction[fixture.resource("Http").ref];
    const once = { "s3:PutObject": 1, "s3:GetObject": 1, "s3:ListBucket": 1, "s3:DeleteObject": 1 };
    expect(actions).toMatchObject(once);
    expect(fixture.usage.calls["s3:PutObject"]).toMatchObject({ requests: 1, requestBytes: 5, errors: 0 });
    expect(fixture.usage.calls["s3:DeleteObject"]).toMatchObject({ requests: 1, errors: 0 });
    expect(fixture.usage.calls["s3:GetObject"]).toMatchObject({ requests: 1, responseBytes: 5 });
  });

  test("that may not list is refused, and is not told whether a key is there, as in AWS", async () => {
    const fixture = await startFixture({ withoutList: true }, virtual);
    const Bucket = fixture.outputs.BucketName ?? "";
    await expect(fixture.aws("s3", "ListObjectsV2", { Bucket })).rejects.toThrow("is not allowed s3:ListBucket");
    const missing = await fixture.aws("s3", "GetObject", { Bucket, Key }).catch((error) => error.name);
    expect(missing).toBe("AccessDenied");
    await fixture.aws("s3", "PutObject", { Bucket, Key, Body: "hello" });
    expect(await fixture.aws("s3", "GetObject", { Bucket, Key })).toMatchObject({ Body: "hello" });
  });

  test("uses its grant to list when it is told that a key is not there", async () => {
    const fixture = await startFixture({}, virtual);
    const Bucket = fixture.outputs.BucketName ?? "";
    const missing = await fixture.aws("s3", "GetObject", { Bucket, Key }).catch((error) => error.name);
    expect(missing).toBe("NoSuchKey");
    const actions = fixture.usage.actionsByFunction[fixture.resource("Http").ref];
    expect(actions).toEqual({ "s3:GetObject": 1, "s3:ListBucket": 1 });
  });

  test("meets throttling, which its SDK outlives, and lost answers after the effect", async () => {
    const seen: unknown[] = [];
    const decide = disturbedFirst(seen);
    const fixture = await startFixture({}, { ...virtual, faults: { calls: { decide } } });
    expect(await roundTrip(fixture)).toBe("hello");
    const call = (action: string, body: object) => ({ action, body, functionName: fixture.resource("Http").ref });
    const object = { Bucket: fixture.outputs.BucketName, Key };
    expect(seen.slice(0, 3)).toMatchObject([
      call("PutObject", object),
      call("PutObject", object),
      call("PutObject", object),
    ]);
  });
});

/** Throttles the first call, and loses the answer to the second. */
function disturbedFirst(seen: unknown[]) {
  return (call: { index: number }) => {
    seen.push(call);
    return call.index === 0 ? ("throttle" as const) : call.index === 1 ? ("lostAnswer" as const) : undefined;
  };
}
