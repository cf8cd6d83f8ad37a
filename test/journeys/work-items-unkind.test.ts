import { describe, expect, it } from "vitest";
import type { AwsCall, Faults } from "#local/faults.ts";
import { itemPartsPartition } from "#store/keys.ts";
import { keysOf } from "#store/partition.ts";
import { disturbed } from "#test/disturbed.ts";
import { startService } from "#test/service.ts";
import { workItems } from "#test/work-items.ts";

const service = await startService({ faults: {} });
const { create, get, put, remove, history } = workItems(service);
const long = "x".repeat(3_000);

/** True for a call of the functions that serve work items: the stream's have updates of their own. */
const isOfItems = ({ functionName }: AwsCall) => functionName?.includes("FunctionsItems") ?? false;

/** Loses the answer to the first call of an action; `meanwhile` happens before anybody can ask again. */
function losing(action: string, meanwhile: () => Promise<unknown> = async () => {}): NonNullable<Faults["calls"]> {
  let [lost, met] = [0, 0];
  return {
    decide: (call) => (isOfItems(call) && call.action === action && lost++ === 0 ? "lostAnswer" : undefined),
    after: async (call) => {
      if (isOfItems(call) && call.action === action && met++ === 0) await meanwhile();
    },
  };
}

/** True for the write that takes a history out of its head. */
const isShortening = ({ action, body }: AwsCall) =>
  action === "UpdateItem" && String(body.UpdateExpression).startsWith("SET x = ");

/** True for the read or write of what belongs to an item besides its head. */
const isOfParts = ({ body }: AwsCall) => {
  const { pk } = (body.Item ?? body.Key ?? {}) as { pk?: { S: string } };
  return pk?.S.startsWith("item-parts#") ?? false;
};

describe("when the answer to a write is lost", () => {
  it("201 once for a create", async () => {
    const before = (await service.call("GET", "/workflow_items?limit=200")).body.count;
    const created = await disturbed(service, losing("PutItem"), () => create());
    expect(created.status).toBe(201);
    expect((await service.call("GET", "/workflow_items?limit=200")).body.count).toBe(before + 1);
  });

  it.each(['"1"', "*", '"1", "2", "3"'])("200 once for a change with If-Match: %s", async (ifMatch) => {
    const { id } = (await create()).body;
    const changed = await disturbed(service, losing("UpdateItem"), () => put(id, { status: "IN_PROGRESS" }, ifMatch));
    expect(changed).toMatchObject({ status: 200, body: { version: 2, status: "IN_PROGRESS" } });
    expect(await history(id)).toHaveLength(2);
  });

  it.each([1, 3])("200 with the item as it is by now, when %i others have changed it meanwhile", async (others) => {
    const { id } = (await create()).body;
    const meanwhile = async () => {
      await put(id, { status: "CANCELLED", title: "other 1" }, '"2"');
      for (let at = 2; at <= others; at++) await put(id, { title: `other ${at}` }, `"${at + 1}"`);
    };
    const changed = await disturbed(service, losing("UpdateItem", meanwhile), () =>
      put(id, { status: "IN_PROGRESS" }, '"1"'),
    );
    expect(changed).toMatchObject({
      status: 200,
      body: { version: 2 + others, status: "CANCELLED", title: `other ${others}` },
    });
    expect((await history(id)).map(({ to_status }) => to_status).slice(0, 3)).toEqual([
      "CREATED",
      "IN_PROGRESS",
      "CANCELLED",
    ]);
  });

  it("200 for a long description, which is a transaction", async () => {
    const { id } = (await create()).body;
    const changed = await disturbed(service, losing("TransactWriteItems"), () => put(id, { description: long }, '"1"'));
    expect(changed).toMatchObject({ status: 200, body: { version: 2, description: long } });
    expect(await history(id)).toHaveLength(2);
  });

  it.each([null, '"1"', "*"])("204 for a deletion with If-Match: %s", async (ifMatch) => {
    const { id } = (await create({ title: "x", description: long })).body;
    expect((await disturbed(service, losing("UpdateItem"), () => remove(id, ifMatch))).status).toBe(204);
    expect((await get(id)).status).toBe(404);
    expect(await keysOf(itemPartsPartition(id))).toEqual([]);
  });

  it("404 for a change that was made, when the item is deleted before anybody can ask again", async () => {
    const { id } = (await create()).body;
    const changed = await disturbed(
      service,
      losing("UpdateItem", () => remove(id)),
      () => put(id, { title: "x" }, '"1"'),
    );
    expect(changed.status).toBe(404);
  });

  it("412 still means that somebody else was first", async () => {
    const { id } = (await create()).body;
    await put(id, { title: "first" }, '"1"');
    const late = await disturbed(service, losing("UpdateItem"), () => put(id, { title: "late" }, '"1"'));
    expect(late.status).toBe(412);
    expect((await get(id)).body).toMatchObject({ title: "first", version: 2 });
  });

  it("every one of 60 changes is made once when every tenth call loses its answer", async () => {
    const { id } = (await create()).body;
    await disturbed(service, { lostAnswer: 0.1 }, async () => {
      for (let version = 1; version <= 60; version++) {
        const { status, body } = await put(id, { title: `title ${version}` }, `"${version}"`);
        expect([status, body.version]).toEqual([200, version + 1]);
      }
    });
    const entries = await history(id);
    expect(entries.map(({ version }) => version)).toEqual(Array.from({ length: 61 }, (_, at) => at + 1));
    expect(entries.at(-1)?.changes).toEqual([{ member: "title", from: "title 59", to: "title 60" }]);
  });
});

describe("when DynamoDB is unkind otherwise", () => {
  it.each([
    ["another long one", `${long}!`],
    ["a short one", "short"],
  ])(
    "200 with the description of the version that is told, when %s takes its place between the reads",
    async (_, next) => {
      const { id } = (await create({ title: "x", description: long })).body;
      let reads = 0;
      const before = async (call: AwsCall) => {
        if (call.action === "GetItem" && isOfParts(call) && reads++ === 0) await put(id, { description: next }, '"1"');
      };
      const got = await disturbed(service, { before }, () => get(id));
      expect(got.body).toMatchObject({ version: 2, description: next });
    },
  );

  it("200 for 20 changes at once of which some are transactions, when a third conflicts", async () => {
    const { id } = (await create()).body;
    const answers = await disturbed(service, { conflict: 0.3 }, () =>
      Promise.all(
        Array.from({ length: 20 }, (_, at) => put(id, at % 5 === 0 ? { description: long } : { title: `${at}` })),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect((await history(id)).map(({ version }) => version)).toEqual(Array.from({ length: 21 }, (_, at) => at + 1));
  });

  it("503 service_unavailable when throttling outlasts the retries, and nothing is changed", async () => {
    const { body } = await create();
    const answer = await disturbed(
      service,
      { decide: (call) => (isOfItems(call) && call.action === "UpdateItem" ? "throttle" : undefined) },
      () => put(body.id, { title: "Lost" }),
    );
    expect(answer).toMatchObject({ status: 503, body: { code: "service_unavailable" } });
    expect((await get(body.id)).body).toEqual(body);
  });
});

describe("while a history goes into a chunk", () => {
  /** Changes an item until its history is taken out of its head for the first time, with that call disturbed. */
  async function spilled(
    calls: (id: string) => NonNullable<Faults["calls"]>,
  ): Promise<{ id: string; version: number }> {
    const { id } = (await create()).body;
    let [version, met] = [1, false];
    const own = calls(id);
    await disturbed(
      service,
      {
        ...own,
        before: async (call) => {
          if (isShortening(call)) met = true;
          await own.before?.(call);
        },
      },
      async () => {
        while (!met) {
          const { status, body } = await put(id, { assignee: `somebody ${version}` });
          if (status !== 200) break;
          version = body.version;
        }
      },
    );
    return { id, version };
  }
  const expectWhole = async (id: string) => {
    const { version } = (await get(id)).body;
    const entries = await history(id);
    expect(entries.map((entry) => entry.version)).toEqual(Array.from({ length: version }, (_, at) => at + 1));
    expect(await history(id, 3)).toEqual(entries);
    for (const [at, entry] of entries.slice(2).entries()) {
      expect(entry.changes).toEqual([{ member: "assignee", from: `somebody ${at + 1}`, to: `somebody ${at + 2}` }]);
    }
  };
  const changeFurther = async (id: string, from: number, times: number) => {
    for (let version = from; version < from + times; version++) {
      expect((await put(id, { assignee: `somebody ${version}` }, `"${version}"`)).status).toBe(200);
    }
  };

  it("200, and nothing is lost or told twice, when it dies between the two writes", async () => {
    const { id, version } = await spilled(() => ({ decide: (call) => (isShortening(call) ? "throttle" : undefined) }));
    expect(await keysOf(itemPartsPartition(id))).toHaveLength(1);
    await expectWhole(id);
    await changeFurther(id, version, 25);
    await expectWhole(id);
  });

  it("200, and nothing is lost or told twice, when the answer to the second is lost", async () => {
    let lost = 0;
    const { id, version } = await spilled(() => ({
      decide: (call) => (isShortening(call) && lost++ === 0 ? "lostAnswer" : undefined),
    }));
    await expectWhole(id);
    await changeFurther(id, version, 25);
    await expectWhole(id);
  });

  it("200, and what others add between the two writes stays in the head", async () => {
    let others = 0;
    const { id } = await spilled((own) => ({
      before: async (call) => {
        if (!isShortening(call) || others++ > 0) return;
        const { version } = (await get(own)).body;
        await put(own, { assignee: `somebody ${version}` }, `"${version}"`);
      },
    }));
    expect(others).toBeGreaterThan(0);
    await expectWhole(id);
    await changeFurther(id, (await get(id)).body.version, 25);
    await expectWhole(id);
  });

  it.each<[string, (call: AwsCall) => boolean]>([
    ["before the chunk is written", isOfParts],
    ["between the two writes", isShortening],
  ])("200, and no chunk is left of an item that is deleted %s", async (_, isMoment) => {
    let deletions = 0;
    const { id } = await spilled((own) => ({
      before: async (call) => {
        if (isMoment(call) && deletions++ === 0) expect((await remove(own)).status).toBe(204);
      },
    }));
    expect(deletions).toBeGreaterThan(0);
    expect(await keysOf(itemPartsPartition(id))).toEqual([]);
  });
});
