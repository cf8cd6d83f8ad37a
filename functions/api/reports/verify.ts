import { verifiedFamilies, verifyJobView, verifyReports } from "#contract/routes/verify-jobs.ts";
import type { FamilyName } from "#domain/counted-family.ts";
import { dayOf } from "#domain/instant.ts";
import { newJob } from "#domain/job.ts";
import { uuid7TimeMs } from "#domain/uuid7.ts";
import { isVerifyDone, newVerify } from "#domain/verify-job.ts";
import { api } from "#runtime/api.ts";
import { resource } from "#runtime/http-answer.ts";
import { newId } from "#runtime/identity.ts";
import { startJob } from "#runtime/jobs/start-job.ts";
import { oldestId } from "#store/counted-days.ts";

export const handler = api(verifyReports, async (request) => {
  const { date_from, date_to, repair = false, ...body } = request.body();
  const family = verifiedFamilies[body.family];
  const today = dayOf(request.nowMs);
  const lastDay = date_to === undefined || date_to > today ? today : date_to;
  const firstDay = date_from ?? (await oldestDay(family)) ?? lastDay;
  const state = newVerify(family, firstDay, lastDay, repair);
  const job = newJob("verify", newId(request.nowMs), state, isVerifyDone(state), request.nowMs);
  return startJob(request, job, resource(202, verifyJobView(job), `/reports/verify/${job.id}`));
});

async function oldestDay(family: FamilyName): Promise<string | null> {
  const id = await oldestId(family);
  return id === null ? null : dayOf(uuid7TimeMs(id));
}
