import { DomainError } from "#domain/domain-error.ts";
import type { LoadedInstance } from "#store/instance-head.ts";
import { findInstance, readInstanceData } from "#store/instances.ts";
import { loadMachineAt } from "#store/machine-definitions.ts";
import type { JudgedInstance } from "./judge-actions.ts";

/** How often an instance is read again because its data changed between two reads. */
const attemptsMax = 8;

/** An instance as it was loaded, and with what its guards look at: its definition as it is switched now, and its data. */
export type LoadedJudged = { loaded: LoadedInstance; judged: JudgedInstance };

/**
 * Loads an instance by its id or own id, all of one version. Null when there is none.
 *
 * @throws DomainError `service_unavailable` when it changed between the reads every time.
 */
export async function findJudged(id: string, nowMs: number): Promise<LoadedJudged | null> {
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    const loaded = await findInstance(id, nowMs);
    if (loaded === null) return null;
    const { instance } = loaded;
    const [{ definition }, data] = await Promise.all([
      loadMachineAt(instance.machineId, instance.definitionVersion),
      readInstanceData(loaded),
    ]);
    if (data !== null) return { loaded, judged: { instance, definition, data } };
  }
  throw new DomainError("service_unavailable", "The instance changed all the time. Try again.", {
    headers: { "retry-after": "1" },
  });
}

/** Loads an instance as `findJudged` does. @throws DomainError `resource_not_found` when there is none. */
export async function loadJudged(id: string, nowMs: number): Promise<LoadedJudged> {
  const found = await findJudged(id, nowMs);
  if (found === null) throw new DomainError("resource_not_found", "Instance not found");
  return found;
}
