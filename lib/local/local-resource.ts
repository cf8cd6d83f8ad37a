import type { LocalResource } from "./interpret-template.ts";

/**
 * Finds a resource by its logical id or its construct path, whose stack name and final `/Resource` may be left out.
 *
 * @throws Error unless exactly one resource matches, naming the candidates.
 */
export function findResource(resources: readonly LocalResource[], wanted: string): LocalResource {
  const byId = resources.find((resource) => resource.logicalId === wanted);
  if (byId !== undefined) return byId;
  const matches = resources.filter(({ path }) => {
    const short = path.replace(/^[^/]+\//, "").replace(/\/Resource$/, "");
    return path === wanted || short === wanted || path.replace(/\/Resource$/, "") === wanted;
  });
  const candidates =
    matches.length > 0
      ? matches
      : resources.filter(({ path, logicalId }) => hasPrefix(path, wanted) || logicalId.startsWith(wanted));
  const [only] = candidates;
  if (only !== undefined && candidates.length === 1) return only;
  const names = (candidates.length > 0 ? candidates : resources).map(({ path }) => path).join(", ");
  throw new Error(`${candidates.length} resources match ${wanted}; there are: ${names}`);
}

function hasPrefix(path: string, wanted: string): boolean {
  return path.startsWith(`${wanted}/`) || path.replace(/^[^/]+\//, "").startsWith(`${wanted}/`);
}
