import {
  compareDay,
  type DayRecount,
  isVerifyDone,
  recountRecord,
  settleDay,
  type VerifyState,
} from "#domain/verify-job.ts";
import { repairDay } from "#store/counter-repair.ts";
import { type Counts, readEachDay } from "#store/read-counters.ts";
import { readDayHeads } from "#store/record-days.ts";
import type { JobStep } from "./job-step.ts";

/** Reads on with the day that is due; when it is read to its end, compares it and, if asked, repairs it. */
export const verifyReports: JobStep<"verify"> = async ({ job }, nowMs) => {
  const recount = job.state.current ?? (await beginDay(job.state.nextDay));
  const { heads, position } = await readDayHeads(recount.day, recount.position);
  for (const head of heads) {
    if (head.record !== null) recountRecord(recount, head.record);
    recount.newestChangeMs = Math.max(recount.newestChangeMs, head.changedAtMs);
  }
  if (position !== null) return { state: { ...job.state, current: { ...recount, position } }, done: false };
  const state = await finishDay(job.id, { ...job.state, current: recount }, recount, nowMs);
  return { state, done: isVerifyDone(state) };
};

async function beginDay(day: string): Promise<DayRecount> {
  const { asOfMs } = await countsOf(day);
  return { day, countedAsOfMs: asOfMs, position: null, found: {}, newestChangeMs: 0 };
}

async function finishDay(jobId: string, state: VerifyState, recount: DayRecount, nowMs: number): Promise<VerifyState> {
  const { counters, asOfMs } = await countsOf(recount.day);
  const { result, settled, differences } = compareDay(recount, counters, asOfMs, nowMs);
  if (result !== "differ" || !settled || !state.repair) return settleDay(state, result, differences);
  const complete = await repairDay(jobId, recount.day, differences);
  return settleDay(state, complete ? "repaired" : "differ", differences);
}

async function countsOf(day: string): Promise<Counts> {
  return (await readEachDay(day, day)).get(day) ?? { counters: new Map(), asOfMs: null };
}
