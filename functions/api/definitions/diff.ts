import { machineDiffView } from "#contract/machine-version-fields.ts";
import { diffDefinition } from "#contract/routes/definition-versions.ts";
import { api } from "#runtime/api.ts";
import { json } from "#runtime/http-answer.ts";
import { loadDefinedMachine, loadMachineVersion } from "#store/machine-definitions.ts";

export const handler = api(diffDefinition, async (request) => {
  const { machine } = await loadDefinedMachine(request.param("id"));
  const { to = machine.definitionVersion, from = Math.max(1, to - 1) } = request.query();
  const [before, after] = await Promise.all([loadMachineVersion(machine, from), loadMachineVersion(machine, to)]);
  return json(machineDiffView(machine, before, after));
});
