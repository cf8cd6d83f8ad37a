import { machineVersionView } from "#contract/machine-version-fields.ts";
import { listDefinitionVersions } from "#contract/routes/definition-versions.ts";
import { api } from "#runtime/api.ts";
import { page } from "#runtime/page.ts";
import { listMachineDefinitions, loadDefinedMachine } from "#store/machine-definitions.ts";
import { versionPositionSchema } from "#store/versioned-definitions.ts";

export const handler = api(listDefinitionVersions, async (request) => {
  const { machine } = await loadDefinedMachine(request.param("id"));
  const { limit, offset, cursor } = request.query();
  return page(request, {
    window: { limit, offset, cursor: cursor ?? null },
    scope: machine.id,
    positionSchema: versionPositionSchema,
    read: async (from) => {
      const { versions, next } = await listMachineDefinitions(machine, limit, from);
      const items = versions.map((version) => machineVersionView(machine, version));
      return { items, next, total: machine.definitionVersion };
    },
  });
});
