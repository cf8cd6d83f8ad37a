import { archiveDefinition } from "#contract/routes/definitions.ts";
import { api } from "#runtime/api.ts";
import { archiveMachine } from "#runtime/archive-machine.ts";

export const handler = api(archiveDefinition, archiveMachine);
