import { ask } from "./client.ts";
import { answered, headerOf, refused, same } from "./expect.ts";
import type { Run } from "./run.ts";
import type { Check } from "./run-checks.ts";

const unknownId = "550e8400-e29b-41d4-a716-446655440000";
const input = { source: "smoke", category: "smoke", payload: {} };

/** What holds for every path: health, documents, errors, slashes, CORS. None of it writes. */
export function serviceChecks(run: Run): Check[] {
  const check = (name: string, verify: () => Promise<void>): Check => ({ name, verify });
  return [
    check("health", async () => {
      answered(await ask(run, "GET", "/health"), 200, { status: "healthy", database: "connected" });
    }),
    check("version", async () => {
      const answer = await ask(run, "GET", "/version");
      answered(answer, 200);
      same("members", Object.keys(answer.body).sort(), ["commit", "environment", "version"]);
    }),
    check("openapi", async () => {
      for (const path of ["/openapi.json", "/api/v1/openapi.json"]) {
        const answer = await ask(run, "GET", path);
        answered(answer, 200);
        same("openapi", String(answer.body.openapi).slice(0, 3), "3.1");
        same("its path /records", typeof answer.body.paths?.["/records"], "object");
      }
    }),
    check("docs page", async () => {
      const page = await ask(run, "GET", "/docs");
      answered(page, 200);
      const assets = [...String(page.body).matchAll(/(?:src|href)="(\/docs\/[^"]+)"/g)].map(([, path]) => path ?? "");
      same("has assets", assets.length > 0, true);
      for (const path of assets) answered(await ask(run, "GET", path), 200);
    }),
    check("request id is returned", async () => {
      const answer = await ask(run, "GET", "/version", { headers: { "x-request-id": run.id } });
      same("x-request-id", headerOf(answer, "x-request-id"), run.id);
    }),
    check("trailing slashes", async () => {
      for (const path of [
        "/health/",
        "/version/",
        "/openapi.json/",
        "/docs/",
        "/records/?limit=1",
        "/reports/summary/",
      ]) {
        const { status } = await ask(run, "GET", path);
        same(`status of ${path}`, status, 200);
      }
    }),
    check("400 malformed JSON", async () => {
      const headers = { "content-type": "application/json" };
      refused(await ask(run, "POST", "/records", { body: "{", headers }), 400, "malformed_json");
    }),
    ...(run.key === null
      ? []
      : [
          check("401 without the key", async () => {
            refused(await ask(run, "POST", "/records", { json: input, key: false }), 401, "unauthorized");
          }),
        ]),
    check("404 unknown route", async () => {
      refused(await ask(run, "GET", "/no/such/route"), 404, "route_not_found");
    }),
    check("404 unknown record", async () => {
      refused(await ask(run, "GET", `/records/${unknownId}`), 404, "resource_not_found");
      refused(await ask(run, "POST", `/records/${unknownId}/process`), 404, "resource_not_found");
    }),
    check("405 with Allow", async () => {
      const answer = await ask(run, "PUT", "/records", { json: {} });
      refused(answer, 405, "method_not_allowed");
      same("allow", headerOf(answer, "allow").split(", ").sort(), ["GET", "POST"]);
    }),
    check("413 over 256 KiB", async () => {
      const json = { ...input, payload: { text: "x".repeat(256 * 1024) } };
      refused(await ask(run, "POST", "/records", { json }), 413, "payload_too_large");
    }),
    check("415 not JSON", async () => {
      const headers = { "content-type": "text/plain" };
      refused(await ask(run, "POST", "/records", { body: "a=b", headers }), 415, "unsupported_media_type");
    }),
    check("422 invalid record", async () => {
      const answer = await ask(run, "POST", "/records", { json: { ...input, source: "" } });
      refused(answer, 422, "validation_failed");
      same("path of the violation", answer.body.errors?.[0]?.path, "source");
    }),
    check("CORS preflight", async () => {
      const { origin } = run;
      const asked = {
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type,x-api-key",
      };
      const answer = await ask(run, "OPTIONS", "/records", { headers: { origin, ...asked }, key: false });
      same("status is 2xx", Math.trunc(answer.status / 100), 2);
      same("origin is allowed", ["*", origin].includes(headerOf(answer, "access-control-allow-origin")), true);
      const listed = (name: string) => headerOf(answer, name).toLowerCase().split(/, ?/);
      same("POST is allowed", listed("access-control-allow-methods").includes("post"), true);
      const headers = listed("access-control-allow-headers");
      same(
        "headers are allowed",
        ["content-type", "x-api-key"].filter((name) => !headers.includes(name)),
        [],
      );
    }),
    check("CORS exposes ETag", async () => {
      const answer = await ask(run, "GET", "/version", { headers: { origin: run.origin } });
      const exposed = headerOf(answer, "access-control-expose-headers").toLowerCase().split(/, ?/);
      same("etag is exposed", exposed.includes("etag"), true);
    }),
  ];
}
