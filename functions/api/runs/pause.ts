import { pauseRun } from "#contract/routes/runs.ts";
import { paused } from "#domain/run-commands.ts";
import { api } from "#runtime/api.ts";
import { commandRun } from "#runtime/runs/command-run.ts";

export const handler = api(pauseRun, (request) =>
  commandRun(request, (run) => paused(run, request.caller.name, request.nowMs)),
);
