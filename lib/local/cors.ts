import type { HttpAnswer } from "./http-answer.ts";
import type { CorsModel } from "./model.ts";

/** The gateway's own CORS: it answers preflights, and its headers replace those of functions. */
export type Cors = {
  isPreflight(method: string, headers: Readonly<Record<string, unknown>>): boolean;
  preflight(origin: string): HttpAnswer;
  /** The answer with the CORS headers of the configuration instead of its own. */
  apply(answer: HttpAnswer, origin: string | undefined): HttpAnswer;
};

/** The CORS of an API with a `CorsConfiguration`. */
export function corsOf(model: CorsModel): Cors {
  const allowed = (origin: string) => model.origins.some((pattern) => originMatches(pattern, origin));
  const shared = (origin: string): [string, string][] => {
    const fields: [string, string][] = [];
    fields.push(["access-control-allow-origin", model.origins.includes("*") ? "*" : origin]);
    if (model.credentials) fields.push(["access-control-allow-credentials", "true"]);
    return fields;
  };
  const add = (fields: [string, string][], name: string, values: readonly string[]) => {
    if (values.length > 0) fields.push([name, values.join(",")]);
  };

  return {
    isPreflight: (method, headers) =>
      method === "OPTIONS" && headers.origin !== undefined && headers["access-control-request-method"] !== undefined,
    preflight: (origin) => {
      const headers: [string, string][] = [];
      if (allowed(origin)) {
        headers.push(...shared(origin));
        add(headers, "access-control-allow-methods", model.methods);
        add(headers, "access-control-allow-headers", model.headers);
        if (model.maxAgeSeconds !== null) headers.push(["access-control-max-age", String(model.maxAgeSeconds)]);
      }
      return { status: 204, headers, body: Buffer.alloc(0) };
    },
    apply: (answer, origin) => {
      const headers = answer.headers.filter(([name]) => !name.startsWith("access-control-"));
      if (origin !== undefined && allowed(origin)) {
        headers.push(...shared(origin));
        add(headers, "access-control-expose-headers", model.exposed);
      }
      return { ...answer, headers };
    },
  };
}

function originMatches(pattern: string, origin: string): boolean {
  if (pattern === "*" || pattern === origin) return true;
  // The two wildcards that HTTP APIs know.
  return (pattern === "https://*" || pattern === "http://*") && origin.startsWith(pattern.slice(0, -1));
}
