import { existsSync } from "node:fs";
import { routes } from "#contract/routes.ts";

/** The source file of a route's handler: `functions/api/<family>/<verb>.ts` for the id `<family>.<verb>`. */
export function handlerFile(routeId: string): string {
  const [family, verb] = routeId.split(".");
  return `functions/api/${family}/${verb}.ts`;
}

/** Every file that becomes a function, by the name of the function: each route's handler, and what AWS starts by itself. */
export function functionFiles(): Record<string, string> {
  const files = Object.fromEntries(routes.map((route) => [route.id, handlerFile(route.id)]));
  const all = {
    ...files,
    "service.fallback": "functions/api/service/fallback.ts",
    "schedule.sweep": "functions/schedule/sweep.ts",
    "stream.aggregate": "functions/stream/aggregate.ts",
    "stream.publish": "functions/stream/publish.ts",
    "worker.advance": "functions/worker/advance.ts",
    "worker.dead_letters": "functions/worker/dead_letters.ts",
  };
  const missing = Object.entries(all).filter(([, file]) => !existsSync(file));
  if (missing.length > 0) {
    throw new Error(missing.map(([id, file]) => `Function ${id} has no file: write ${file}.`).join("\n"));
  }
  return all;
}
