import { describe, expect, it } from "vitest";
import { dynamoDbClient } from "#local/dynamodb-client.ts";
import type { Faults } from "#local/faults.ts";
import { tableName } from "#store/table.ts";
import { disturbed } from "#test/disturbed.ts";
import { startService } from "#test/service.ts";

const service = await startService({ clock: "virtual", faults: {} });
const ndjson = { "content-type": "application/x-ndjson" };
const json = { "content-type": "application/json" };
const good = (at: number) => JSON.stringify({ source: "batch", category: `c${at % 3}`, payload: { at } });

/** What a bad record looks like, and what it is told. Those that are no JSON at all can come as lines alone. */
const bad: readonly [text: string, status: number, code: string, path: string | undefined][] = [
  ['{"source":"","category":"c","payload":{}}', 422, "validation_failed", "source"],
  ['{"source":"s","payload":{}}', 422, "validation_failed", "category"],
  ['{"source":"s","category":"c\\tc","payload":{}}', 422, "validation_failed", "category"],
  ['{"source":"s","category":"c","payload":[1]}', 422, "validation_failed", "payload"],
  ['{"source":"s","category":"c","payload":{"__proto__":1}}', 422, "validation_failed", "payload.__proto__"],
  ['{"source":"s","category":"c","payload":{"n":9007199254740993}}', 422, "validation_failed", "payload.n"],
  ['{"source":"s","category":"c","payload":{"n":1e400}}', 422, "validation_failed", "payload.n"],
  ['{"source":"s","category":"c","payload":{"s":"\\ud800"}}', 422, "validation_failed", "payload.s"],
  ['{"source":"s","category":"c","payload":{},"expires_at":"2026-02-30"}', 422, "validation_failed", "expires_at"],
  ['{"source":"s","category":"c","payload":{},"expires_at":"2020-01-01"}', 422, "validation_failed", "expires_at"],
  [
    `{"source":"s","category":"c","payload":{"a":${"[".repeat(80)}${"]".repeat(80)}}}`,
    400,
    "malformed_json",
    undefined,
  ],
  ["null", 422, "validation_failed", ""],
  ["[]", 422, "validation_failed", ""],
  ['"text"', 422, "validation_failed", ""],
  ['{"source":"s","category":"c"', 400, "malformed_json", undefined],
  ["not JSON", 400, "malformed_json", undefined],
];
const badDocuments = bad.slice(0, -2);

const send = (body: string | Uint8Array, headers: Record<string, string>) =>
  service.call("POST", "/records/batch", { body, headers });
const sendAll = (texts: readonly string[], key?: string) =>
  send(`[${texts}]`, { ...json, ...(key === undefined ? {} : { "idempotency-key": key }) });
const summary = async () => {
  await service.settle();
  return (await service.call("GET", "/reports/summary")).body;
};
const ids = (body: { results: { id?: string }[] }) => body.results.flatMap(({ id }) => id ?? []);

/** Lets so many puts pass, and throttles what comes after. */
function throttleAfter(puts: number): NonNullable<Faults["calls"]> {
  let seen = 0;
  return { decide: ({ action }) => (action === "PutItem" && seen++ >= puts ? "throttle" : undefined) };
}

/** Makes every claim look as if its holder must have ended. */
async function forgetHolders(): Promise<void> {
  const engine = dynamoDbClient(service.endpoints.dynamodb);
  const TableName = tableName();
  const { Items } = await engine.call<{ Items: { pk: object; sk: object }[] }>("Scan", {
    TableName,
    FilterExpression: "s = :claimed",
    ExpressionAttributeValues: { ":claimed": { S: "claimed" } },
  });
  for (const { pk, sk } of Items) {
    const ExpressionAttributeValues = { ":l": { N: "0" } };
    await engine.call("UpdateItem", {
      TableName,
      Key: { pk, sk },
      UpdateExpression: "SET l = :l",
      ExpressionAttributeValues,
    });
  }
  engine.close();
}

describe("POST /records/batch", () => {
  it.each([
    ["a JSON array", badDocuments, json, (texts: readonly string[]) => `[${texts.join(", ")}]`],
    ["NDJSON", bad, ndjson, (texts: readonly string[]) => `${texts.join("\n")}\n`],
  ])(
    "200 of %s with 100 bad ones among 1,000: 900 are stored and counted, 100 explained, in order",
    async (...each) => {
      const [, kinds, headers, written] = each;
      const before = (await summary()).total_records;
      const kindAt = (at: number) => (at % 10 === 7 ? kinds[Math.floor(at / 10) % kinds.length] : undefined);
      const { status, body } = await send(
        written(Array.from({ length: 1_000 }, (_, at) => kindAt(at)?.[0] ?? good(at))),
        headers,
      );
      expect([status, body.created, body.failed, body.results.length]).toEqual([200, 900, 100, 1_000]);
      for (const [at, result] of body.results.entries()) {
        const kind = kindAt(at);
        expect(result).toMatchObject({ index: at, status: kind?.[1] ?? 201 });
        if (kind === undefined) continue;
        expect([result.code, result.errors?.[0].path]).toEqual(kind.slice(2));
        expect(result.message.length).toBeGreaterThan(10);
      }
      expect((await service.call("GET", `/records/${ids(body)[450]}`)).body).toMatchObject({ status: "pending" });
      expect((await summary()).total_records).toBe(before + 900);
    },
  );

  it("200 stores each record as it was sent, in the order of the body, long ones too", async () => {
    const payloads = [{ text: "x".repeat(5_000) }, {}, { at: 2 }, { text: "ü".repeat(100_000) }];
    const records = payloads.map((payload) => ({ source: "kept", category: "c", payload }));
    const { body } = await send(JSON.stringify(records), json);
    const { items } = (await service.call("GET", "/records?source=kept&sort_order=asc")).body;
    expect(items.map((item: { id: string }) => item.id)).toEqual(ids(body));
    expect(items.map((item: { payload: object }) => item.payload)).toEqual(payloads);
  });

  it("413 is the result of a record over 256 KiB, or over 400 KB once written out, and of no other", async () => {
    const long = JSON.stringify({ source: "s", category: "c", payload: { text: "x".repeat(262_144) } });
    const growing = `{"source":"s","category":"c","payload":{"n":[${Array(50_000).fill("1e20")}]}}`;
    const { body } = await sendAll([good(0), long, good(2), growing, good(4)]);
    expect(body.results.map((result: { status: number }) => result.status)).toEqual([201, 413, 201, 413, 201]);
  });

  it.each<[number, string, string | Uint8Array, Record<string, string>]>([
    [422, "validation_failed", "[]", json],
    [422, "validation_failed", "{}", json],
    [422, "validation_failed", good(0), json],
    [422, "validation_failed", "", json],
    [422, "validation_failed", "\n\n", ndjson],
    [422, "validation_failed", `[${Array(1_001).fill(good(0))}]`, json],
    [422, "validation_failed", `${good(0)}\n`.repeat(1_001), ndjson],
    [413, "payload_too_large", `[${good(0)}${" ".repeat(1024 * 1024 - good(0).length - 1)}]`, json],
    [400, "malformed_json", `[${good(0)},]`, json],
    [400, "malformed_json", Buffer.from([0x5b, 0xff, 0x5d]), json],
    [415, "unsupported_media_type", good(0), { "content-type": "text/plain" }],
  ])("%i %s for the whole of a body that is no batch, and nothing is stored", async (status, code, body, headers) => {
    const before = (await summary()).total_records;
    expect(await send(body, headers)).toMatchObject({ status, body: { code } });
    expect((await summary()).total_records).toBe(before);
  });

  it("200 for 1,000 records and for 1 MiB", async () => {
    const atMost = `[${good(0)}${" ".repeat(1024 * 1024 - good(0).length - 2)}]`;
    expect((await send(atMost, json)).body).toMatchObject({ created: 1, failed: 0 });
    expect((await sendAll(Array(1_000).fill(good(0)))).body).toMatchObject({ created: 1_000, failed: 0 });
  });

  it("200 within bounds for 1,000 bad records with all the violations they can hold", async () => {
    const names = Array.from({ length: 35 }, (_, at) => `"${"語".repeat(5)}${at}":1e400`);
    const record = `{"source":1,"category":1,"payload":{${names}}}`;
    const { status, body } = await sendAll(Array(1_000).fill(record), "all bad");
    expect([status, body.failed]).toEqual([200, 1_000]);
    expect(JSON.stringify(body).length).toBeLessThan(600_000);
    const again = await sendAll(Array(1_000).fill(record), "all bad");
    expect([again.headers.get("idempotency-replayed"), again.body]).toEqual(["true", body]);
  });

  it("415 for NDJSON, and 413 over 256 KiB, where a route takes one record", async () => {
    expect((await service.call("POST", "/records", { body: good(0), headers: ndjson })).status).toBe(415);
    const body = good(0) + " ".repeat(256 * 1024);
    expect((await service.call("POST", "/records", { body, headers: json })).status).toBe(413);
  });
});

describe("POST /records/batch with an Idempotency-Key", () => {
  it("200 replays the same answer when the first was lost, and nothing is doubled", async () => {
    const before = (await summary()).total_records;
    const texts = Array.from({ length: 200 }, (_, at) => (at % 50 === 0 ? "null" : good(at)));
    const [first, second] = [await sendAll(texts, "lost"), await sendAll(texts, "lost")];
    expect(first.headers.get("idempotency-replayed")).toBeNull();
    expect(second.headers.get("idempotency-replayed")).toBe("true");
    expect(second.body).toEqual(first.body);
    expect((await summary()).total_records).toBe(before + 196);
  });

  it("200 once for each record when every twentieth call loses its answer", async () => {
    const before = (await summary()).total_records;
    const long = JSON.stringify({ source: "s", category: "c", payload: { text: "x".repeat(3_000) } });
    const texts = Array.from({ length: 200 }, (_, at) => (at % 10 === 0 ? long : good(at)));
    const answer = await disturbed(service, { lostAnswer: 0.05 }, () => sendAll(texts, "unkind"));
    expect(answer.body).toMatchObject({ created: 200, failed: 0 });
    expect((await sendAll(texts, "unkind")).body).toEqual(answer.body);
    expect((await summary()).total_records).toBe(before + 200);
  });

  it("422 idempotency_key_reused for another body, also while the first is not complete", async () => {
    await sendAll([good(1)], "reused");
    expect((await sendAll([good(2)], "reused")).body).toMatchObject({ code: "idempotency_key_reused" });
    await disturbed(service, throttleAfter(1), () => sendAll([good(1)], "reused at once"));
    expect((await sendAll([good(2)], "reused at once")).body).toMatchObject({ code: "idempotency_key_reused" });
  });

  it("503 is the result of a record that could not be written; a repeat writes those alone, and its answer is kept", async () => {
    const before = (await summary()).total_records;
    const long = JSON.stringify({ source: "s", category: "c", payload: { text: "x".repeat(3_000) } });
    const texts = Array.from({ length: 60 }, (_, at) => (at === 3 ? "null" : at % 20 === 1 ? long : good(at)));
    let freed = 0;
    const first = await disturbed(
      service,
      {
        decide: ({ action, body }) => {
          const { sk, s } = (body.Item ?? {}) as { sk?: { S: string }; s?: { S: string } };
          if (action !== "PutItem" || s?.S === "claimed") return undefined;
          return Number.parseInt(sk?.S.slice(14, 18) ?? "0", 16) % 4096 >= 30 && ++freed > 0 ? "throttle" : undefined;
        },
      },
      () => sendAll(texts, "half"),
    );
    expect([first.status, freed > 0]).toEqual([200, true]);
    expect(first.body.results[3]).toMatchObject({ status: 422 });
    expect(first.body.results[40]).toMatchObject({ status: 503, code: "service_unavailable" });
    expect(first.body.results.slice(0, 30).filter((each: { status: number }) => each.status === 201)).toHaveLength(29);

    await service.call("POST", `/records/${first.body.results[0].id}/process`);
    await service.call("DELETE", `/records/${first.body.results[2].id}`);
    const second = await sendAll(texts, "half");
    expect(second.body).toMatchObject({ created: 59, failed: 1 });
    expect(second.body.results.slice(0, 30)).toEqual(first.body.results.slice(0, 30));
    expect(second.headers.get("idempotency-replayed")).toBeNull();
    const third = await sendAll(texts, "half");
    expect([third.headers.get("idempotency-replayed"), third.body]).toEqual(["true", second.body]);

    expect((await service.call("GET", `/records/${first.body.results[0].id}`)).body.status).toBe("processed");
    expect((await service.call("GET", `/records/${first.body.results[2].id}`)).status).toBe(404);
    expect((await summary()).total_records).toBe(before + 58);
  });

  it("409 operation_in_progress with Retry-After while it runs, and once it must have died a repeat ends it", async () => {
    const before = (await summary()).total_records;
    const texts = Array.from({ length: 60 }, (_, at) => good(at));
    const first = await disturbed(service, throttleAfter(31), () => sendAll(texts, "killed")); // the claim and thirty records
    expect(first.body).toMatchObject({ created: 30, failed: 30 });

    const early = await sendAll(texts, "killed");
    expect(early).toMatchObject({ status: 409, body: { code: "operation_in_progress" } });
    expect(early.headers.get("retry-after")).toBe("1");
    await service.clock.advance(21_000);
    const last = await sendAll(texts, "killed");
    expect(last.body).toMatchObject({ created: 60, failed: 0 });
    expect(ids(last.body)).toEqual(expect.arrayContaining(ids(first.body)));
    expect((await sendAll(texts, "killed")).body).toEqual(last.body);
    expect((await summary()).total_records).toBe(before + 60);
  });

  it("20 at once with one key store one set of records: the others wait or replay", async () => {
    const before = (await summary()).total_records;
    const texts = Array.from({ length: 100 }, (_, at) => good(at));
    const answers = await Promise.all(Array.from({ length: 20 }, () => sendAll(texts, "race")));
    const done = answers.filter(({ status }) => status === 200);
    expect(done.length).toBeGreaterThan(0);
    expect(answers.filter(({ status }) => status !== 200).every(({ status }) => status === 409)).toBe(true);
    for (const { body } of done) expect(body).toEqual(done[0]?.body);
    expect((await sendAll(texts, "race")).body).toEqual(done[0]?.body);
    expect((await summary()).total_records).toBe(before + 100);
  });

  it("two that run at once, as when a holder was thought dead, store one set of records and answer the same", async () => {
    const before = (await summary()).total_records;
    const texts = Array.from({ length: 50 }, (_, at) => good(at));
    let puts = 0;
    let second: Promise<{ body: unknown }> | undefined;
    const slow = async ({ action }: { action: string }) => {
      if (action !== "PutItem" || puts++ !== 20) return;
      await forgetHolders();
      second = sendAll(texts, "twins");
      await second;
    };
    const first = await disturbed(service, { before: slow }, () => sendAll(texts, "twins"));
    expect(first.body).toMatchObject({ created: 50, failed: 0 });
    expect((await second)?.body).toEqual(first.body);
    expect((await sendAll(texts, "twins")).headers.get("idempotency-replayed")).toBe("true");
    expect((await summary()).total_records).toBe(before + 50);
  });

  it("201 anew when a day has passed: a key is kept that long and no longer", async () => {
    const first = await sendAll([good(0)], "old");
    await service.clock.advance(26 * 3_600_000);
    const second = await sendAll([good(0)], "old");
    expect(ids(second.body)).not.toEqual(ids(first.body));
  });
});
