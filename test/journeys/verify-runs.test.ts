import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { describe, expect, it } from "vitest";
import { dayOf } from "#domain/instant.ts";
import { counterKey } from "#store/keys.ts";
import { countersTableName, table } from "#store/table.ts";
import { durationsAbout } from "#test/recount-runs.ts";
import { countedRun, madeId, putRun } from "#test/run-heads.ts";
import { startService } from "#test/service.ts";

const service = await startService({ clock: "virtual" });
const dayMs = 86_400_000;
const now = () => service.clock.now();
const newWorkflow = () => madeId(now());

async function report(query = "") {
  await service.settle();
  const { status, body } = await service.call("GET", `/reports/runs?${query}`);
  expect(status).toBe(200);
  return body;
}
async function verify(json: object = {}) {
  const queued = await service.call("POST", "/reports/verify", { json: { family: "runs", ...json } });
  expect(queued).toMatchObject({ status: 202, body: { family: "runs" } });
  await service.settle();
  return (await service.call("GET", queued.headers.get("location") ?? "")).body;
}

describe("POST /reports/verify of runs", () => {
  /** Adds to a counter behind the aggregator's back. */
  async function tamper(item: string, counters: Record<string, number>): Promise<void> {
    const names = Object.keys(counters);
    await table().send(
      new UpdateCommand({
        TableName: countersTableName(),
        Key: counterKey("run", 2, item),
        UpdateExpression: `ADD ${names.map((_, at) => `#c${at} :c${at}`).join(", ")}`,
        ExpressionAttributeNames: Object.fromEntries(names.map((name, at) => [`#c${at}`, name])),
        ExpressionAttributeValues: Object.fromEntries(names.map((name, at) => [`:c${at}`, counters[name]])),
      }),
    );
  }

  it("tells which durations differ, and of which workflow", async () => {
    const workflow = newWorkflow();
    await service.clock.advance(dayMs);
    const day = dayOf(now());
    await putRun(countedRun(workflow, "SUCCESS", now(), 1_000), now());
    await service.settle();
    await tamper(`durations\t${workflow}\t${day}`, { s100: 2 });
    await service.clock.advance(dayMs / 100);
    const done = await verify({ date_from: day, date_to: day });
    expect(done).toMatchObject({ family: "runs", result: "differ" });
    expect(done.differences).toEqual([
      {
        day,
        dimension: "duration",
        status: "SUCCESS",
        value: expect.stringMatching(` ms of ${workflow}$`),
        counted: 2,
        recounted: 0,
      },
    ]);
    await tamper(`durations\t${workflow}\t${day}`, { s100: -2 });
  });

  it("repairs statuses and durations of settled days, more than one update takes, once for all jobs at once", async () => {
    const workflow = newWorkflow();
    await service.clock.advance(dayMs);
    const day = dayOf(now());
    await putRun(countedRun(workflow, "SUCCESS", now(), 1_000), now());
    const before = await report();
    const lost = Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`f${at}`, 1]));
    for (const item of [`durations\t${workflow}\t${day}`, `durations_all\t${workflow}`]) {
      await tamper(item, Object.fromEntries(Object.entries(lost).slice(0, 100)));
      await tamper(item, Object.fromEntries(Object.entries(lost).slice(100)));
    }
    const page = (await service.call("GET", `/reports/runs?workflow_id=${workflow}`)).body;
    expect(page.durations.count).toBe(201);
    await service.clock.advance(26 * 3_600_000);
    const queued = await Promise.all(
      [1, 2, 3].map(() =>
        service.call("POST", "/reports/verify", { json: { family: "runs", repair: true, date_from: day } }),
      ),
    );
    await service.settle();
    const done = await Promise.all(queued.map(({ headers }) => service.call("GET", headers.get("location") ?? "")));
    expect(done.map(({ body }) => body.result)).toEqual(["agree", "agree", "agree"]);
    expect(done.some(({ body }) => body.days.repaired === 1)).toBe(true);
    const after = await report();
    expect({ ...after, generated_at: "" }).toEqual({ ...before, generated_at: "" });
    expect(await report(`workflow_id=${workflow}`)).toMatchObject({ durations: durationsAbout([1_000]) });
    expect(await verify()).toMatchObject({ result: "agree", days: { repaired: 0 } });
  });
});
