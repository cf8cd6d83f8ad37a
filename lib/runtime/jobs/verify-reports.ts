import { compareDay, type DayRecount, foundIn, recountHeads } from "#domain/recount.ts";
import {
  currentVerify,
  dueRecount,
  isVerifyDone,
  noteDifferences,
  settlePart,
  type VerifyState,
} from "#domain/verify-job.ts";
import { readDayHeads } from "#store/counted-days.ts";
import { repairDay } from "#store/counter-repair.ts";
import { readDays } from "#store/read-counters.ts";
import { readDayCounters } from "#store/read-day-counters.ts";
import type { JobStep } from "./job-step.ts";

/** A repair that others keep undoing comes to an end, and the day to `differ`. */
const repairsMax = 50;

/** Reads on with the day that is due; when it is read to its end, compares it and, if asked, repairs it. */
export const verifyReports: JobStep<"verify"> = async ({ job }, nowMs) => {
  const state = currentVerify(job.state);
  const due = dueRecount(state);
  const recount = due.isRead ? due : await readOn(state, due);
  if (!recount.isRead) return { state: { ...state, current: recount }, done: false };
  const next = await finishPart(job.id, state, recount, nowMs);
  return { state: next, done: isVerifyDone(next) };
};

async function readOn({ family }: VerifyState, due: DayRecount): Promise<DayRecount> {
  const counted = await readDays(family, due.day, due.day); // before the heads
  return recountHeads(due, await readDayHeads(family, due.day, due.position), counted);
}

async function finishPart(jobId: string, state: VerifyState, recount: DayRecount, nowMs: number): Promise<VerifyState> {
  const { day, parts, repairs } = recount;
  const counted = await readDayCounters(state.family, day, foundIn(recount).keys());
  const { result, settled, differences } = compareDay(recount, counted, nowMs);
  const noted = noteDifferences(state, recount, differences);
  if (result === "agree") return settlePart(noted, recount, repairs > 0 ? "repaired" : "agree");
  if (result === "moving" || !settled || !state.repair || repairs >= repairsMax) {
    return settlePart(noted, recount, result);
  }
  const mark = `${jobId}|${parts[0]?.index}/${parts[0]?.of}|${repairs}`;
  const complete = await repairDay(state.family, differences, { mark, seen: counted.repairs });
  if (complete) return settlePart(noted, recount, "repaired");
  return { ...noted, current: { ...recount, repairs: repairs + 1 } };
}
