import { ask } from "./client.ts";
import { answered, refused } from "./expect.ts";
import type { Run } from "./run.ts";
import type { Check } from "./run-checks.ts";

/** Erases what the run made, and nothing else. */
export function eraseChecks(run: Run): Check[] {
  const ids = () => [...run.made.keys()];
  const erase = async (id: string) => {
    answered(await ask(run, "DELETE", `/records/${id}`), 204);
    run.made.delete(id);
  };
  return [
    {
      name: "erase",
      verify: async () => {
        const [id] = ids();
        if (id === undefined) throw new Error("nothing was created, so there is nothing to erase");
        const path = `/records/${id}`;
        refused(await ask(run, "DELETE", path, { headers: { "if-match": '"7"' } }), 412, "precondition_failed");
        await erase(id);
        refused(await ask(run, "GET", path), 404, "resource_not_found");
        refused(await ask(run, "DELETE", path), 404, "resource_not_found");
      },
    },
    {
      name: "erase the rest of this run's records",
      verify: async () => {
        for (const id of ids()) await erase(id);
      },
    },
  ];
}
