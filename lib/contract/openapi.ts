import * as z from "zod";
import type { ZodOpenApiOperationObject, ZodOpenApiPathsObject, ZodOpenApiResponsesObject } from "zod-openapi";
import { createDocument } from "zod-openapi";
import type { ErrorCode } from "#domain/domain-error.ts";
import { errorTable, problemSchema } from "./errors.ts";
import { eventWebhooks } from "./events.ts";
import { type Answer, bodyBytesMaxDefault, type Route } from "./route.ts";
import { routes } from "./routes.ts";
import { stepSchemas } from "./step-schemas.ts";

const headerDescriptions: Record<NonNullable<Answer["headers"]>[number], string> = {
  "Cache-Control": "How long the answer may be kept.",
  ETag: 'The version as a strong entity tag, such as "7".',
  "Idempotency-Replayed": "`true` when this repeats the answer of an earlier request with the same key.",
  Link: 'The next page, as `<url>; rel="next"`.',
  Location: "The path of what was made, or where to go.",
};

/** With either, the names in an operation's `security` are the scopes that it needs (OpenAPI 3.1: roles). */
const securitySchemes = {
  apiKey: { type: "apiKey", in: "header", name: "X-API-Key", description: "A key made by `npm run keys`, or API_KEY." },
  bearer: {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description: "A token of the configured OIDC issuer; its claim `scope` holds the scopes.",
  },
} as const;

/** The OpenAPI 3.1 document of the route table. */
export function openapiDocument(service: { version: string }): ReturnType<typeof createDocument> {
  const paths: ZodOpenApiPathsObject = {};
  for (const route of routes) {
    for (const [index, path] of [route.path, ...(route.aliases ?? [])].entries()) {
      paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route, index) };
    }
  }
  return createDocument({
    openapi: "3.1.0",
    info: {
      title: "Sluice",
      version: service.version,
      description:
        "A workflow service. Every path is also served with a trailing slash. Every answer carries `X-Request-ID`; every error has the body `Problem`.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    tags: [
      "records",
      "items",
      "reports",
      "workflows",
      "runs",
      "subscriptions",
      "definitions",
      "instances",
      "secrets",
      "service",
    ].map((name) => ({ name })),
    paths,
    webhooks: eventWebhooks,
    components: { securitySchemes, schemas: stepSchemas() },
  });
}

function operationOf(route: Route, aliasIndex: number): ZodOpenApiOperationObject {
  const [family = ""] = route.id.split(".");
  return {
    operationId: aliasIndex === 0 ? route.id : `${route.id}_${aliasIndex}`,
    tags: [family],
    summary: route.summary,
    ...descriptionOf(route),
    security: securityOf(route),
    requestParams: {
      ...(route.params === undefined ? {} : { path: route.params }),
      ...(route.query === undefined ? {} : { query: route.query }),
      header: requestHeaders(route),
    },
    ...requestBodyOf(route),
    responses: { ...problemsOf(route), ...answersOf(route) },
  };
}

/** `{}`: a deployment may leave a scope open. */
function securityOf(route: Route): Record<string, string[]>[] {
  const sufficient = scopesOf(route);
  if (sufficient.length === 0) return [];
  return [...sufficient.flatMap((scope) => [{ apiKey: [scope] }, { bearer: [scope] }]), {}];
}

/** The scopes of which one suffices; none: the route is public. */
function scopesOf({ scope, orScope }: Route): string[] {
  return scope === "public" ? [] : [scope, ...(orScope === undefined ? [] : [orScope])];
}

function descriptionOf(route: Route): { description?: string } {
  const { description } = route;
  const sufficient = scopesOf(route).map((scope) => `\`${scope}\``);
  const needs = sufficient.length === 0 ? [] : [`Needs the scope ${sufficient.join(" or ")}, where that is not open.`];
  const sentences = [...(description === undefined ? [] : [description]), ...needs];
  return sentences.length === 0 ? {} : { description: sentences.join(" ") };
}

function requestBodyOf({ body, entries, bodyTypes = ["application/json"], bodyBytesMax }: Route) {
  const schema = entries === undefined ? body : z.array(entries.schema).min(1).max(entries.countMax);
  if (schema === undefined) return {};
  const lines = z.string().meta({ description: "In place of the array: one of its elements a line." });
  const description = `At most ${(bodyBytesMax ?? bodyBytesMaxDefault) / 1024} KiB.`;
  const content = bodyTypes.map((type) => [type, { schema: type === "application/x-ndjson" ? lines : schema }]);
  return { requestBody: { required: true, description, content: Object.fromEntries(content) } };
}

function requestHeaders(route: Route): z.ZodObject {
  return z.object({
    "X-Request-ID": z
      .string()
      .regex(/^[\w.-]{1,128}$/)
      .optional()
      .meta({ description: "Returned as it is; made when absent." }),
    ...(route.method === "POST"
      ? {
          "Idempotency-Key": z
            .string()
            .min(1)
            .max(255)
            .optional()
            .meta({ description: "Makes a repeat safe, for 24 h at least." }),
        }
      : {}),
    ...(route.ifMatch ? { "If-Match": ifMatchHeader(route.ifMatch) } : {}),
    ...(hasEtag(route) && route.method === "GET"
      ? { "If-None-Match": z.string().optional().meta({ description: "Answers 304 when it is unchanged." }) }
      : {}),
  });
}

function ifMatchHeader(needed: true | "required") {
  const header = z.string().meta({ description: 'The ETag it must still have, such as "7".' });
  return needed === "required" ? header : header.optional();
}

function answersOf(route: Route): ZodOpenApiResponsesObject {
  const answers = Object.entries(route.answers).map(([status, answer]) => [
    status,
    {
      description: answer.description,
      headers: z.object({
        "X-Request-ID": z.string(),
        ...Object.fromEntries(
          (answer.headers ?? []).map((name) => [
            name,
            z.string().optional().meta({ description: headerDescriptions[name] }),
          ]),
        ),
      }),
      ...contentOf(answer),
    },
  ]);
  const notModified = hasEtag(route) && route.method === "GET" ? { 304: { description: "Unchanged." } } : {};
  return { ...Object.fromEntries(answers), ...notModified };
}

function contentOf(answer: Answer) {
  if (answer.schema !== null) return { content: { "application/json": { schema: answer.schema } } };
  if (answer.contentType === undefined) return {};
  return { content: Object.fromEntries([answer.contentType].flat().map((type) => [type, {}])) };
}

/** Error answers by status: a route's own codes, and those its shape brings. */
function problemsOf(route: Route): ZodOpenApiResponsesObject {
  const byStatus = Map.groupBy(new Set(errorCodesOf(route)), (code) => errorTable[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      status,
      {
        description: `${codes.map((code) => `\`${code}\``).join(", ")}.`,
        ...problemHeaders(status),
        content: { "application/json": { schema: problemSchema } },
      },
    ]),
  );
}

function problemHeaders(status: number): { headers?: z.ZodObject } {
  const said: Readonly<Record<number, [name: string, description: string]>> = {
    401: ["WWW-Authenticate", "How to authenticate (RFC 9110), and for a token what is wrong with it (RFC 6750)."],
    429: ["Retry-After", "Seconds until the caller's next requests are taken."],
    503: ["Retry-After", "Seconds after which to try again."],
  };
  const header = said[status];
  if (header === undefined) return {};
  return { headers: z.object({ [header[0]]: z.string().optional().meta({ description: header[1] }) }) };
}

/** Every code a route can answer with. */
export function errorCodesOf(route: Route): ErrorCode[] {
  return [
    ...route.errors,
    "not_acceptable",
    "payload_too_large",
    "service_unavailable",
    "internal_error",
    ...(route.scope === "public" ? [] : (["unauthorized", "forbidden", "rate_limited"] as const)),
    ...(route.method === "GET" ? [] : (["malformed_json", "unsupported_media_type", "validation_failed"] as const)),
    ...(route.method === "POST"
      ? (["malformed_header", "idempotency_key_reused", "operation_in_progress"] as const)
      : []),
    ...(route.query === undefined ? [] : (["malformed_query", "validation_failed"] as const)),
    ...(route.ifMatch ? (["precondition_failed", "malformed_header"] as const) : []),
    ...(route.ifMatch === "required" ? (["precondition_required"] as const) : []),
    ...(hasEtag(route) ? (["malformed_header"] as const) : []),
  ];
}

function hasEtag(route: Route): boolean {
  return Object.values(route.answers).some((answer) => answer.headers?.includes("ETag"));
}
