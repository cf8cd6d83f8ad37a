import { Ajv2020 } from "ajv/dist/2020.js";
import { openapiDocument } from "#contract/openapi.ts";
import { matchesTemplate } from "#contract/path-template.ts";
import { routes } from "#contract/routes.ts";

const document = JSON.parse(JSON.stringify(openapiDocument({ version: "test" }))) as {
  paths: Record<string, Record<string, { responses: Record<string, { content?: Record<string, object> }> }>>;
};
const ajv = new Ajv2020({ strict: false, allErrors: true });
ajv.addFormat("uuid", /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
ajv.addFormat("date-time", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
ajv.addFormat("date", /^\d{4}-\d\d-\d\d$/);
ajv.addSchema(document, "openapi");

/** An answer as the tests see it. `body` is parsed JSON where the answer is JSON, text otherwise. */
export type Answer = { status: number; headers: Headers; body: unknown };

/**
 * Checks an answer against the OpenAPI document: the status is documented, the media type is, the body has its shape.
 * An answer of no route must be the common error body.
 *
 * @throws Error that says what differs.
 */
export function assertConforms(method: string, url: URL, answer: Answer): void {
  const path = templateOf(method, url.pathname);
  const type = answer.headers.get("content-type")?.split(";")[0] ?? null;
  if (path === null) {
    assertValid("openapi#/components/schemas/Problem", answer.body, `${method} ${url.pathname}`);
    return;
  }
  const where = `${method} ${path} -> ${answer.status}`;
  const documented = document.paths[path]?.[method.toLowerCase()]?.responses[answer.status];
  if (documented === undefined) throw new Error(`${where} is not documented. Body: ${JSON.stringify(answer.body)}`);
  const types = Object.keys(documented.content ?? {});
  if (types.length === 0 ? answer.body !== "" : !types.some((known) => known === type || known === "*/*")) {
    throw new Error(`${where} is documented as [${types}] and was ${type}.`);
  }
  if (type === "application/json") {
    const pointer = [
      "paths",
      path,
      method.toLowerCase(),
      "responses",
      String(answer.status),
      "content",
      type,
      "schema",
    ];
    assertValid(`openapi#/${pointer.map(escapePointer).join("/")}`, answer.body, where);
  }
}

function assertValid(reference: string, body: unknown, where: string): void {
  const validate = ajv.getSchema(reference);
  if (validate === undefined) throw new Error(`${where}: no schema at ${reference}.`);
  if (!validate(body))
    throw new Error(`${where} does not conform: ${ajv.errorsText(validate.errors)} in ${JSON.stringify(body)}`);
}

function escapePointer(part: string): string {
  return encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"));
}

function templateOf(method: string, pathname: string): string | null {
  const paths = routes
    .filter((route) => route.method === method)
    .flatMap((route) => [route.path, ...(route.aliases ?? [])]);
  return paths.find((path) => matchesTemplate(path, pathname)) ?? null;
}
