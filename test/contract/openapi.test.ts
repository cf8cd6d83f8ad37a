import { describe, expect, it } from "vitest";
import { errorTable } from "#contract/errors.ts";
import { errorCodesOf, openapiDocument } from "#contract/openapi.ts";
import { bodyBytesMaxDefault } from "#contract/route.ts";
import { routes } from "#contract/routes.ts";

type Content = Record<string, { schema?: { $ref?: string } }>;
type Parameter = { in: string; name: string; required?: boolean };
type Operation = {
  operationId: string;
  security: object[];
  parameters?: Parameter[];
  requestBody?: { content: Content; description?: string };
  responses: Record<string, { description: string; content?: Content }>;
};

const document = JSON.parse(JSON.stringify(openapiDocument({ version: "1.2.3" }))) as {
  openapi: string;
  info: { version: string };
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, unknown> };
};

/** Every route at each of its paths, with its operation in the document. */
const served = routes.flatMap((route) =>
  [route.path, ...(route.aliases ?? [])].map((path) => ({ route, path, method: route.method.toLowerCase() })),
);
const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));

function operationAt(path: string, method: string): Operation {
  const operation = document.paths[path]?.[method];
  if (operation === undefined) throw new Error(`The document has no ${method} ${path}.`);
  return operation;
}

describe("the OpenAPI document", () => {
  it("is OpenAPI 3.1.0, of the version that runs", () => {
    expect(document).toMatchObject({ openapi: "3.1.0", info: { version: "1.2.3" } });
  });

  it("has every route at every path it is served at, and nothing else", () => {
    const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(documented.sort()).toEqual(served.map(({ method, path }) => `${method} ${path}`).sort());
    expect(documented).toContain("get /api/v1/openapi.json");
  });

  it("names each operation once", () => {
    const ids = operations.map((operation) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("has the schemas that clients go by, and no reference that leads nowhere", () => {
    expect(Object.keys(document.components.schemas)).toEqual(
      expect.arrayContaining(["Record", "RecordPage", "Problem", "Summary"]),
    );
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)];
    expect(references.length).toBeGreaterThan(0);
    for (const [, name] of references) expect(document.components.schemas).toHaveProperty(name as string);
  });

  it.each(served)(
    "$method $path declares the parameters of its path, and all of its answers",
    ({ route, path, method }) => {
      const operation = operationAt(path, method);
      const parameters = operation.parameters?.filter((parameter) => parameter.in === "path") ?? [];
      expect(parameters.map(({ name }) => `{${name}}`).sort()).toEqual((path.match(/\{\w+\}/g) ?? []).sort());
      expect(parameters.every(({ required }) => required === true)).toBe(true);
      expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(Object.keys(route.answers)));
    },
  );

  it.each(served)(
    "$method $path names each of its error codes under the code's status, as a Problem",
    ({ route, path, method }) => {
      const { responses } = operationAt(path, method);
      for (const code of errorCodesOf(route)) {
        const { status } = errorTable[code];
        if (route.answers[status] !== undefined) continue; // a body of the route's own: /health
        expect(responses[status]?.description).toContain(`\`${code}\``);
        expect(responses[status]?.content?.["application/json"]?.schema?.$ref).toBe("#/components/schemas/Problem");
      }
    },
  );

  it.each(served)("$method $path says which bodies it takes, and how long", ({ route, path, method }) => {
    const { requestBody } = operationAt(path, method);
    const { bodyTypes = ["application/json"], bodyBytesMax = bodyBytesMaxDefault } = route;
    const takesBody = route.body !== undefined || route.entries !== undefined;
    expect(Object.keys(requestBody?.content ?? {})).toEqual(takesBody ? bodyTypes : []);
    if (takesBody) expect(requestBody?.description).toContain(`${bodyBytesMax / 1024} KiB`);
  });

  it.each(served)("$method $path offers the headers its route honours", ({ route, path, method }) => {
    const headers = operationAt(path, method)
      .parameters?.filter((parameter) => parameter.in === "header")
      .map(({ name }) => name);
    const hasEtag = Object.values(route.answers).some((answer) => answer.headers?.includes("ETag"));
    const conditionalRead = hasEtag && route.method === "GET";
    expect(headers?.toSorted()).toEqual(
      [
        ...(route.method === "POST" ? ["Idempotency-Key"] : []),
        ...(route.ifMatch ? ["If-Match"] : []),
        ...(conditionalRead ? ["If-None-Match"] : []),
        "X-Request-ID",
      ].toSorted(),
    );
    expect("304" in operationAt(path, method).responses).toBe(conditionalRead);
  });

  it("leaves only public routes without a security scheme", () => {
    for (const { route, path, method } of served) {
      const { security, responses } = operationAt(path, method);
      if (route.scope === "public") expect(security).toEqual([]);
      else expect(security).toEqual(expect.arrayContaining([{ apiKey: [route.scope] }, { bearer: [route.scope] }, {}]));
      for (const status of ["401", "403", "429"]) expect(status in responses).toBe(route.scope !== "public");
    }
  });
});
