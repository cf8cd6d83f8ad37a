import { machineVersionView } from "#contract/machine-version-fields.ts";
import { getDefinitionVersion } from "#contract/routes/definition-versions.ts";
import { api } from "#runtime/api.ts";
import { json } from "#runtime/http-answer.ts";
import { loadDefinedMachine, loadMachineVersion } from "#store/machine-definitions.ts";

export const handler = api(getDefinitionVersion, async (request) => {
  const { machine } = await loadDefinedMachine(request.param("id"));
  const text = request.param("version");
  const version = /^[1-9]\d{0,7}$/.test(text) ? Number(text) : 0;
  return json(machineVersionView(machine, await loadMachineVersion(machine, version)));
});
