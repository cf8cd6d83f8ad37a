import { disableAction } from "#contract/routes/definition-switches.ts";
import { api } from "#runtime/api.ts";
import { switchPart } from "#runtime/switch-part.ts";

export const handler = api(disableAction, (request) => switchPart(request, "actions", request.param("action"), false));
