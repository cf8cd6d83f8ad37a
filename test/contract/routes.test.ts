import { globSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { routes } from "#contract/routes.ts";

/** What API Gateway starts where no route matches. */
const fallbackFile = "functions/api/service/fallback.ts";

function handlerFileOf(id: string): string {
  return `functions/api/${id.replace(".", "/")}.ts`;
}

describe("the route table", () => {
  it("names each route once, as family.verb", () => {
    const ids = routes.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z_]+\.[a-z_]+$/);
  });

  it("serves each method and path by one route, aliases included, whatever a parameter is called", () => {
    const served = routes.flatMap(({ method, path, aliases = [] }) =>
      [path, ...aliases].map((each) => `${method} ${each.replaceAll(/\{\w+\}/g, "{}")}`),
    );
    expect(new Set(served).size).toBe(served.length);
  });

  it("has a handler file for every route, and a route for every handler file but the fallback", () => {
    const files = globSync("functions/api/**/*.ts").sort();
    expect(files).toEqual([...routes.map(({ id }) => handlerFileOf(id)), fallbackFile].sort());
  });

  it("writes paths without a trailing slash, since every path is also served with one", () => {
    for (const { path, aliases = [] } of routes) {
      for (const each of [path, ...aliases]) expect(each).toMatch(/^(\/|(\/[\w.-]+|\/\{\w+\})+)$/);
    }
  });

  it.each(routes)("$id declares the parameters of its path, and a body only where it can have one", (route) => {
    for (const path of [route.path, ...(route.aliases ?? [])]) {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(named.sort()).toEqual(Object.keys(route.params?.shape ?? {}).sort());
    }
    if (route.method === "GET") expect(route.body).toBeUndefined();
  });

  it.each(routes)("$id is open to readers only where it is a read", ({ id, method, scope }) => {
    if (method === "GET" || id === "expressions.preview") return; // a preview stores nothing
    expect(["public", "read"]).not.toContain(scope);
  });

  it("writes counters from no route: the stream alone does", () => {
    const actions = routes.flatMap(({ grants }) => grants.counters ?? []);
    expect(actions.filter((action) => !/^(Get|BatchGet|Query)/.test(action))).toEqual([]);
  });
});
