/** A route found, with its path parameters decoded. */
export type RouteMatch<T> = {
  readonly routeKey: string;
  readonly target: T;
  readonly pathParameters: Record<string, string>;
};

/** Finds the route of a request. */
export type RouteTable<T> = (method: string, segments: readonly string[]) => RouteMatch<T> | null;

type Entry<T> = { readonly routeKey: string; readonly target: T; readonly names: readonly string[] };
type Methods<T> = Map<string, Entry<T>>;
type Node<T> = { literals: Map<string, Node<T>>; parameter: Node<T> | null; greedy: Methods<T>; here: Methods<T> };

/**
 * Builds API Gateway's choice of a route: a full match before one with `{param}` before one with `{proxy+}` before
 * `$default`, and a method of its own before `ANY`. `/x` and `/x/` are different routes.
 */
export function routeTable<T>(routes: readonly { routeKey: string; target: T }[]): RouteTable<T> {
  const root = newNode<T>();
  let fallback: Entry<T> | null = null;
  for (const { routeKey, target } of routes) {
    if (routeKey === "$default") {
      fallback = { routeKey, target, names: [] };
      continue;
    }
    const [method = "", path = ""] = routeKey.split(" ");
    insert(root, method, pathSegments(path), { routeKey, target });
  }

  return (method, segments) => {
    const found = find(root, method, segments, 0);
    if (found !== null)
      return {
        routeKey: found.entry.routeKey,
        target: found.entry.target,
        pathParameters: parameters(found, segments),
      };
    return fallback && { routeKey: fallback.routeKey, target: fallback.target, pathParameters: {} };
  };
}

/** `/a/b/` is `["a", "b", ""]`: the last slash makes a segment of its own. */
function pathSegments(path: string): string[] {
  return path.slice(1).split("/");
}

function newNode<T>(): Node<T> {
  return { literals: new Map(), parameter: null, greedy: new Map(), here: new Map() };
}

function insert<T>(
  root: Node<T>,
  method: string,
  segments: readonly string[],
  route: { routeKey: string; target: T },
): void {
  const names: string[] = [];
  let node = root;
  for (const segment of segments) {
    const [, name, plus] = /^\{(.+?)(\+?)\}$/.exec(segment) ?? [];
    if (name === undefined) {
      const next = node.literals.get(segment) ?? newNode<T>();
      node.literals.set(segment, next);
      node = next;
      continue;
    }
    names.push(name);
    if (plus) {
      node.greedy.set(method, { ...route, names });
      return;
    }
    node.parameter ??= newNode<T>();
    node = node.parameter;
  }
  node.here.set(method, { ...route, names });
}

type Found<T> = { readonly entry: Entry<T>; readonly positions: readonly number[]; readonly greedyFrom: number | null };

function find<T>(node: Node<T>, method: string, segments: readonly string[], at: number): Found<T> | null {
  const segment = segments[at];
  if (segment === undefined) {
    const entry = entryFor(node.here, method);
    return entry && { entry, positions: [], greedyFrom: null };
  }
  const literal = node.literals.get(segment);
  const exact = literal && find(literal, method, segments, at + 1);
  if (exact) return exact;
  if (segment !== "" && node.parameter !== null) {
    const below = find(node.parameter, method, segments, at + 1);
    if (below !== null) return { ...below, positions: [at, ...below.positions] };
  }
  const greedy = segment === "" && at === segments.length - 1 ? null : entryFor(node.greedy, method);
  return greedy && { entry: greedy, positions: [], greedyFrom: at };
}

function entryFor<T>(methods: Methods<T>, method: string): Entry<T> | null {
  return methods.get(method) ?? methods.get("ANY") ?? null;
}

function parameters<T>(
  { entry, positions, greedyFrom }: Found<T>,
  segments: readonly string[],
): Record<string, string> {
  const values = positions.map((position) => segments[position] ?? "");
  if (greedyFrom !== null) values.push(segments.slice(greedyFrom).join("/"));
  return Object.fromEntries(entry.names.map((name, index) => [name, values[index] ?? ""]));
}
