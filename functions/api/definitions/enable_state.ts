import { enableState } from "#contract/routes/definition-switches.ts";
import { api } from "#runtime/api.ts";
import { switchPart } from "#runtime/switch-part.ts";

export const handler = api(enableState, (request) => switchPart(request, "states", request.param("state"), true));
