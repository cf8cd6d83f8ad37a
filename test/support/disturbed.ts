import type { Faults } from "#local/faults.ts";
import type { TestService } from "./service.ts";

/** Runs with the functions' AWS calls disturbed, and undisturbed again after. */
export async function disturbed<Result>(
  service: TestService,
  calls: NonNullable<Faults["calls"]>,
  work: () => Promise<Result>,
): Promise<Result> {
  service.faults.set({ calls });
  try {
    return await work();
  } finally {
    service.faults.clear();
  }
}
