import { type Answer, ask } from "./client.ts";
import { answered, eventually, headerOf } from "./expect.ts";
import type { Run } from "./run.ts";

/** A small job takes a second, and two minutes when its message was lost and the sweep sends it again. */
const jobMsMax = 150_000;

/** Starts a job and answers with its progress resource once that is completed. */
export async function completed(run: Run, path: string, json: object): Promise<Answer> {
  const queued = await ask(run, "POST", path, { json });
  answered(queued, 202);
  let progress = queued;
  await eventually(jobMsMax, async () => {
    progress = await ask(run, "GET", headerOf(queued, "location"));
    answered(progress, 200, { status: "completed" });
  });
  return progress;
}
