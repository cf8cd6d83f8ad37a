import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { describe, expect, it } from "vitest";
import { dayOf } from "#domain/instant.ts";
import { uuid7TimeMs } from "#domain/uuid7.ts";
import { ownWorkflowIdKey } from "#store/keys.ts";
import { table, tableName } from "#store/table.ts";
import { durationsAbout, recountRuns } from "#test/recount-runs.ts";
import { countedRun, liveRun, madeId, putRun } from "#test/run-heads.ts";
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

const firstDay = dayOf(now());

describe("GET /reports/runs", () => {
  it("200 counts by status and workflow, with how long they took, and none where there are none", async () => {
    expect(await report()).toMatchObject({
      total_runs: 0,
      by_workflow: {},
      durations: { count: 0, p50_ms: null, p95_ms: null },
      as_of: null,
    });
    const [one, other] = [newWorkflow(), newWorkflow()];
    const runs = [
      await liveRun(countedRun(one, "PENDING", now()), "RUNNING", "WAITING", "RUNNING", "SUCCESS"),
      await liveRun(countedRun(one, "PENDING", now()), "RUNNING", "FAILED"),
      await liveRun(countedRun(other, "PENDING", now()), "PAUSED"),
    ];
    const expected = recountRuns(runs);
    const body = await report();
    expect(body).toEqual({
      total_runs: 3,
      by_status: expected.byStatus,
      by_workflow: {
        [one]: {
          total: 2,
          by_status: { ...recountRuns([]).byStatus, SUCCESS: 1, FAILED: 1 },
          durations: durationsAbout([2_000, 4_000]),
        },
        [other]: {
          total: 1,
          by_status: { ...recountRuns([]).byStatus, PAUSED: 1 },
          durations: { count: 0, p50_ms: null, p95_ms: null },
        },
      },
      durations: expected.durations,
      totals: { all: 3, ...expected.byStatus },
      filters: { status: null, workflow_id: null, date_from: null, date_to: null },
      generated_at: expect.any(String),
      as_of: new Date(uuid7TimeMs(runs[0]?.id ?? "") + 4_000).toISOString(),
    });
  });

  it("200 counts one status, in any case, and its durations alone", async () => {
    const workflow = newWorkflow();
    await putRun(countedRun(workflow, "SUCCESS", now(), 50_000), now());
    await putRun(countedRun(workflow, "FAILED", now(), 100), now());
    const body = await report(`status=failed&workflow_id=${workflow}`);
    expect(body).toMatchObject({
      total_runs: 1,
      totals: { FAILED: 1, SUCCESS: 0 },
      filters: { status: "FAILED" },
      durations: durationsAbout([100]),
    });
    expect(body.by_workflow[workflow].durations).toEqual(durationsAbout([100]));
  });

  it("200 counts one workflow, by its id in any case or by its own id, and nothing for one that is unknown", async () => {
    const workflow = newWorkflow();
    await putRun(countedRun(workflow, "SUCCESS", now(), 700), now());
    const key = ownWorkflowIdKey("my-workflow");
    const naming = {
      TableName: tableName(),
      Key: key,
      UpdateExpression: "SET i = :i",
      ExpressionAttributeValues: { ":i": workflow },
    };
    await table().send(new UpdateCommand(naming));
    for (const ref of [workflow, workflow.toUpperCase(), "my-workflow"]) {
      const body = await report(`workflow_id=${ref}`);
      expect(body).toMatchObject({
        total_runs: 1,
        filters: { workflow_id: workflow },
        durations: durationsAbout([700]),
      });
      expect(Object.keys(body.by_workflow)).toEqual([workflow]);
    }
    for (const ref of [newWorkflow(), "nobody's"]) {
      expect(await report(`workflow_id=${ref}`)).toMatchObject({
        total_runs: 0,
        by_workflow: {},
        durations: { count: 0 },
      });
    }
  });

  it("200 counts days, those of the triggers, whenever the runs ended", async () => {
    const workflow = newWorkflow();
    await putRun(countedRun(workflow, "SUCCESS", now(), 3 * dayMs), now());
    await service.clock.advance(2 * dayMs);
    await putRun(countedRun(workflow, "SUCCESS", now(), 1_000), now());
    const today = dayOf(now());
    const ofToday = await report(`date_from=${today}`);
    expect(ofToday).toMatchObject({ total_runs: 1, durations: durationsAbout([1_000]) });
    expect(ofToday.by_workflow[workflow].durations).toEqual(durationsAbout([1_000]));
    const ofBoth = await report(`date_from=${firstDay}&date_to=${today}&workflow_id=${workflow}`);
    expect(ofBoth).toMatchObject({ total_runs: 2, durations: durationsAbout([1_000, 3 * dayMs]) });
    expect(await report(`date_from=${today}&date_to=${firstDay}`)).toMatchObject({ total_runs: 0 });
  });

  it.each(["status=done", `workflow_id=${"x".repeat(129)}`, "date_from=2026-02-30"])(
    "422 validation_failed for %s",
    async (query) => {
      const answer = await service.call("GET", `/reports/runs?${query}`);
      expect(answer).toMatchObject({ status: 422, body: { code: "validation_failed" } });
    },
  );

  it("200 tells each workflow's durations of no more than 50 workflows and 31 days, and of one that is asked for", async () => {
    const day = dayOf(now());
    const workflow = newWorkflow();
    await putRun(countedRun(workflow, "SUCCESS", now(), 400), now());
    const early = dayOf(now() - 40 * dayMs);
    expect((await report(`date_from=${early}`)).by_workflow[workflow]).toMatchObject({ total: 1, durations: null });
    await Promise.all(
      Array.from({ length: 50 }, () => putRun(countedRun(newWorkflow(), "SUCCESS", now(), 400), now())),
    );
    for (const query of ["", `date_from=${day}`]) {
      const { by_workflow, durations } = await report(query);
      expect(new Set(Object.values(by_workflow).map((each: any) => each.durations))).toEqual(new Set([null]));
      expect(durations.count).toBeGreaterThanOrEqual(51);
    }
    for (const query of ["", `&date_from=${early}`]) {
      const { by_workflow } = await report(`workflow_id=${workflow}${query}`);
      expect(by_workflow[workflow].durations).toEqual(durationsAbout([400]));
    }
  });
});

describe("GET /reports/runs/timeseries", () => {
  it("200 has an item per day of the last 30 unless said otherwise, and 422 past 366", async () => {
    const { body } = await service.call("GET", "/reports/runs/timeseries");
    expect([body.items.length, body.items.at(-1).day]).toEqual([30, dayOf(now())]);
    const long = await service.call("GET", "/reports/runs/timeseries?date_from=2020-01-01");
    expect(long).toMatchObject({ status: 422, body: { code: "validation_failed" } });
  });

  it("200 counts one status of one workflow, and its durations", async () => {
    const workflow = newWorkflow();
    await putRun(countedRun(workflow, "SUCCESS", now(), 60_000), now());
    await putRun(countedRun(workflow, "CANCELLED", now(), 10), now());
    await service.settle();
    const query = `workflow_id=${workflow}&status=Cancelled&date_from=${dayOf(now())}`;
    const { body } = await service.call("GET", `/reports/runs/timeseries?${query}`);
    expect(body).toMatchObject({
      items: [
        { day: dayOf(now()), total: 1, counts: { CANCELLED: 1 }, durations: { count: 1, p50_ms: 10, p95_ms: 10 } },
      ],
      filters: { status: "CANCELLED", workflow_id: workflow },
    });
  });
});
