import { resumeRun } from "#contract/routes/runs.ts";
import { resumed } from "#domain/run-commands.ts";
import { api } from "#runtime/api.ts";
import { commandRun } from "#runtime/runs/command-run.ts";

export const handler = api(resumeRun, (request) =>
  commandRun(request, (run) => resumed(run, request.caller.name, request.nowMs)),
);
