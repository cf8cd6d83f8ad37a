import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dayOf } from "#domain/instant.ts";
import { runStatuses } from "#domain/run.ts";
import { uuid7TimeMs } from "#domain/uuid7.ts";
import { countersTableName, table } from "#store/table.ts";
import { durationsAbout, recountRuns } from "#test/recount-runs.ts";
import { type CountedRun, countedRun, deleteRun, liveRun, madeId, putRun, withStatus } from "#test/run-heads.ts";
import { startService } from "#test/service.ts";

const service = await startService({ clock: "virtual", faults: { stream: { splitShards: 3 } } });
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

describe("the reports on runs", () => {
  it("take a retried run's duration off again, and put its new one in", async () => {
    const workflow = newWorkflow();
    const failed = await liveRun(countedRun(workflow, "PENDING", now()), "RUNNING", "FAILED");
    expect(await report(`workflow_id=${workflow}`)).toMatchObject({ durations: durationsAbout([2_000]) });
    await putRun(withStatus(failed, "PENDING", now()), now());
    expect(await report(`workflow_id=${workflow}`)).toMatchObject({
      totals: { all: 1, PENDING: 1, FAILED: 0 },
      durations: { count: 0, p50_ms: null },
    });
    const endMs = uuid7TimeMs(failed.id) + 500_000;
    await putRun(withStatus(failed, "SUCCESS", endMs), endMs);
    expect(await report(`workflow_id=${workflow}`)).toMatchObject({
      totals: { all: 1, SUCCESS: 1 },
      durations: durationsAbout([500_000]),
    });
  });

  it("take off what a person erases, whether its head is gone or left behind, and keep what expires", async () => {
    const workflow = newWorkflow();
    const runs = [1, 2, 3].map(() => countedRun(workflow, "SUCCESS", now(), 900));
    const [deleted, erased, expired] = runs as [CountedRun, CountedRun, CountedRun];
    for (const run of [deleted, erased]) await putRun(run, now());
    await putRun(expired, now(), { ttl: Math.floor(now() / 1_000) + 60 });
    expect(await report(`workflow_id=${workflow}`)).toMatchObject({ total_runs: 3, durations: { count: 3 } });
    await deleteRun(deleted.id);
    await putRun(erased, now() + 1, {
      s: "erased",
      g: undefined,
      e: undefined,
      ttl: Math.floor(now() / 1_000) + 26 * 3_600,
    });
    await service.clock.advance(2 * dayMs);
    expect(await report(`workflow_id=${workflow}`)).toMatchObject({ total_runs: 1, durations: { count: 1 } });
    expect(await verify({ date_from: dayOf(uuid7TimeMs(deleted.id)) })).toMatchObject({ result: "agree" });
  });

  it("count all but a head that cannot be read, which is kept aside whole", async () => {
    const workflow = newWorkflow();
    const [bad, good] = [countedRun(workflow, "PENDING", now()), countedRun(workflow, "PENDING", now())];
    await putRun(bad, now(), { s: "LOST" });
    await putRun(good, now());
    expect(await report(`workflow_id=${workflow}`)).toMatchObject({ total_runs: 1 });
    const asked = {
      TableName: countersTableName(),
      KeyConditionExpression: "pk = :p",
      ExpressionAttributeValues: { ":p": "poison" },
    };
    const { Items: poison = [] } = await table().send(new QueryCommand(asked));
    expect(poison).toHaveLength(2); // once for each function that the stream feeds
    for (const { record } of poison) expect(record).toContain(bad.id);
    await deleteRun(bad.id);
    await service.settle();
  });

  it("equal a recount, over any lives of runs and however unkind the stream is", async () => {
    const life = fc.record({
      workflow: fc.nat(2),
      ageDays: fc.nat(2),
      steps: fc.array(fc.tuple(fc.constantFrom(...runStatuses), fc.constantFrom(20, 3_000, 7_000_000)), {
        maxLength: 5,
      }),
      erased: fc.boolean(),
    });
    service.faults.set({ stream: { splitShards: 3, duplicate: 0.3, replay: 0.3, resplit: true } });
    await fc.assert(
      fc.asyncProperty(fc.array(life, { minLength: 1, maxLength: 12 }), async (lives) => {
        const workflows = [newWorkflow(), newWorkflow(), newWorkflow()];
        const left = await Promise.all(
          lives.map(async ({ workflow, ageDays, steps, erased }) => {
            const triggeredMs = now() - ageDays * dayMs;
            let run = countedRun(workflows[workflow] ?? "", "PENDING", triggeredMs);
            await putRun(run, triggeredMs);
            for (const [status, ms] of steps) {
              run = withStatus(run, status, triggeredMs + ms);
              await putRun(run, triggeredMs + ms);
            }
            if (erased) await deleteRun(run.id);
            return erased ? [] : [run];
          }),
        );
        for (const workflow of workflows) {
          const own = left.flat().filter((run) => run.workflowId === workflow);
          const { total, byStatus, durations } = recountRuns(own);
          for (const query of ["", `&date_from=${dayOf(now() - 3 * dayMs)}`]) {
            const body = await report(`workflow_id=${workflow}${query}`);
            expect(body).toMatchObject({ total_runs: total, by_status: byStatus, durations });
          }
          const series = await service.call("GET", `/reports/runs/timeseries?workflow_id=${workflow}`);
          for (const { day, ...item } of series.body.items) {
            const ofDay = recountRuns(own.filter((run) => dayOf(uuid7TimeMs(run.id)) === day));
            const counts = Object.fromEntries(Object.entries(ofDay.byStatus).filter(([, count]) => count > 0));
            expect(item).toEqual({ total: ofDay.total, counts, durations: ofDay.durations });
          }
        }
      }),
      { numRuns: 15 },
    );
    service.faults.clear();
    await service.clock.advance(dayMs / 100);
    expect(await verify()).toMatchObject({ result: "agree", differences: [] });
  }, 120_000);
});
