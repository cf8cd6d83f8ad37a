import type { Instance } from "#domain/instance.ts";
import { logger } from "#runtime/logger.ts";
import { forgetLiveInstance } from "#store/live-instances.ts";

/** Notes that an instance lives no more. Where that fails, whoever deletes its definition finds out. */
export async function noteEnd({ id, machineId }: Pick<Instance, "id" | "machineId">): Promise<void> {
  await forgetLiveInstance(machineId, id).catch((error) =>
    logger.warn("the end of an instance was not noted", error as Error),
  );
}
