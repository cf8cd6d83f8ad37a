import { getRun } from "#contract/routes/runs.ts";
import { api } from "#runtime/api.ts";
import { resource } from "#runtime/http-answer.ts";
import { shownRun } from "#runtime/runs/shown-run.ts";
import { loadRun } from "#store/runs.ts";

export const handler = api(getRun, async (request) =>
  resource(200, await shownRun(await loadRun(request.param("id"), request.nowMs))),
);
