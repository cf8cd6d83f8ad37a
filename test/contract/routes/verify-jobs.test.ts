import { describe, expect, it } from "vitest";
import { verifiedFamilies, verifyJobView, verifyReports } from "#contract/routes/verify-jobs.ts";
import { bucketOf } from "#domain/duration-sketch.ts";
import { type Job, newJob } from "#domain/job.ts";
import { counterName, durationValue } from "#domain/tally.ts";
import { uuid7 } from "#domain/uuid7.ts";
import { newVerify, type VerifyState } from "#domain/verify-job.ts";

const nowMs = Date.parse("2026-11-21T09:30:00Z");
const day = "2026-11-21";

function jobOf(state: VerifyState): Job<"verify"> {
  return newJob("verify", uuid7(nowMs, new Uint8Array(10), 0), state, true, nowMs);
}

describe("a verification as answers show it", () => {
  it("names its family as requests do, and says records of a job of before there were others", () => {
    expect(Object.keys(verifiedFamilies)).toEqual(expect.arrayContaining(["records", "runs", "items"]));
    const state = newVerify("run", day, day, false);
    expect(verifyJobView(jobOf(state)).family).toBe("runs");
    const { family: _, worst: __, ...before } = state;
    expect(verifyJobView(jobOf(before as VerifyState)).family).toBe("records");
  });

  it("tells of a duration in milliseconds, and of which workflow, not by its bucket", () => {
    const differences = [null, "w1"].map((name) => ({
      day,
      counter: counterName("duration", "SUCCESS", durationValue(name, bucketOf(20))),
      counted: 1,
      recounted: 2,
    }));
    const shown = verifyJobView(jobOf({ ...newVerify("run", day, day, false), differences })).differences;
    expect(shown.map(({ dimension, value }) => [dimension, value])).toEqual([
      ["duration", "20 ms"],
      ["duration", "20 ms of w1"],
    ]);
  });
});

describe("the body of a request for one", () => {
  it("asks for records unless it says otherwise", () => {
    expect(verifyReports.body.parse({})).toEqual({ family: "records" });
    expect(verifyReports.body.safeParse({ family: "run" }).success).toBe(false);
  });
});
