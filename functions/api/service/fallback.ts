import { matchesTemplate } from "#contract/path-template.ts";
import { routes } from "#contract/routes.ts";
import { DomainError } from "#domain/domain-error.ts";
import { fallback } from "#runtime/fallback.ts";

export const handler = fallback((method, path) => {
  const allowed = methodsAt(path);
  if (allowed.length === 0) {
    throw new DomainError("route_not_found", `There is no ${path}. The routes are listed at /docs.`);
  }
  throw new DomainError("method_not_allowed", `${path} does not take ${method}: use ${allowed.join(" or ")}.`, {
    headers: { allow: allowed.join(", ") },
  });
});

/** The methods that routes take at a path. */
function methodsAt(path: string): string[] {
  const matching = routes.filter((route) =>
    [route.path, ...(route.aliases ?? [])].some((template) => matchesTemplate(template, path)),
  );
  return [...new Set(matching.map((route) => route.method))];
}
