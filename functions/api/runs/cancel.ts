import { cancelRun } from "#contract/routes/runs.ts";
import { cancelled } from "#domain/run-commands.ts";
import { api } from "#runtime/api.ts";
import { commandRun } from "#runtime/runs/command-run.ts";

export const handler = api(cancelRun, (request) =>
  commandRun(request, (run) => cancelled(run, request.caller.name, request.nowMs)),
);
