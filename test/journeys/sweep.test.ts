import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { describe, expect, it } from "vitest";
import { uuid7 } from "#domain/uuid7.ts";
import { deliveryKey, dueSortKey, jobKey, runKey } from "#store/keys.ts";
import { table, tableName } from "#store/table.ts";
import { startService } from "#test/service.ts";

const service = await startService({ clock: "virtual", faults: {} });
const minuteMs = 60_000;

/** A head that nobody can read, and that is due before everything else. */
async function putUnreadable(keyOf: (id: string) => { pk: string; sk: string }, shard: number): Promise<void> {
  const id = uuid7(Date.now(), new Uint8Array(10).fill(shard), shard);
  const Item = { ...keyOf(id), v: 1, s: "nonsense", r: dueSortKey(1, id) };
  await table().send(new PutCommand({ TableName: tableName(), Item }));
}

describe("the sweep", () => {
  it("passes over what it cannot read, and brings on the runs after it", async () => {
    for (const shard of [0, 1, 2, 3]) {
      for (const keyOf of [runKey, jobKey, deliveryKey]) await putUnreadable(keyOf, shard);
    }
    const steps = [{ name: "wait", type: "delay", config: { duration: "P2D" } }];
    await service.call("POST", "/api/v1/workflows", { json: { id: "flow", name: "Flow", steps } });
    const { run_id } = (await service.call("POST", "/api/v1/trigger", { json: { workflow_id: "flow" } })).body;
    await service.clock.advance(2 * 86_400_000 - 5 * minuteMs);
    for (let minute = 0; minute < 8; minute++) await service.clock.advance(minuteMs);
    expect((await service.call("GET", `/api/v1/runs/${run_id}`)).body).toMatchObject({ status: "SUCCESS" });
  }, 60_000);
});
