import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import style from "swagger-ui-dist/swagger-ui.css?text";
import bundle from "swagger-ui-dist/swagger-ui-bundle.js?text";
import { errorTable } from "#contract/errors.ts";
import { DomainError } from "#domain/domain-error.ts";
import type { HttpAnswer } from "./http-answer.ts";

/** Nothing is loaded from elsewhere; Swagger UI sets inline styles and data: icons. */
const contentSecurityPolicy =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'";

const start = `window.addEventListener("load", () => {
  SwaggerUIBundle({ url: "/openapi.json", dom_id: "#swagger-ui", deepLinking: true, tryItOutEnabled: true, validatorUrl: null });
});
`;

const files: Readonly<Record<string, { type: string; text: string }>> = {
  "swagger-ui.css": { type: "text/css; charset=utf-8", text: style },
  "swagger-ui-bundle.js": { type: "text/javascript; charset=utf-8", text: bundle },
  "start.js": { type: "text/javascript; charset=utf-8", text: start },
};

const html = `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Sluice API</title>
  <link rel="icon" href="data:,">
  <link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
  <div id="swagger-ui"></div>
  <noscript>This page needs JavaScript. The document itself is at <a href="/openapi.json">/openapi.json</a>.</noscript>
  <script src="/docs/swagger-ui-bundle.js"></script>
  <script src="/docs/start.js"></script>
</body>
</html>
`;

const pageHeaders = { "content-type": "text/html; charset=utf-8", "content-security-policy": contentSecurityPolicy };

/** What the `type` of an error body leads to: every code with its status and meaning. */
const errorsPage = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Sluice errors</title><link rel="icon" href="data:,"></head>
<body style="font-family: system-ui, sans-serif; max-width: 48rem; margin: 2rem auto; padding: 0 1rem">
<h1>Errors</h1>
<p>Every error has a body with its <code>code</code>, and a <code>detail</code> that says how to mend it.</p>
<table>
<tr><th align="left">code</th><th align="left">status</th><th align="left">meaning</th></tr>
${Object.entries(errorTable)
  .map(
    ([code, { status, title }]) =>
      `<tr id="${code}"><td><code>${code}</code></td><td>${status}</td><td>${title}</td></tr>`,
  )
  .join("\n")}
</table>
<p><a href="/docs">API documentation</a></p>
</body>
</html>
`;

/** The page of Swagger UI, which shows this service's own OpenAPI document. */
export function swaggerPage(): HttpAnswer {
  return { status: 200, headers: pageHeaders, body: html };
}

const packed = new Map<string, { body: Buffer; etag: string }>();

/**
 * One of Swagger UI's own files, compressed once.
 *
 * @throws DomainError `resource_not_found` for any other name.
 */
export function swaggerAsset(name: string): HttpAnswer {
  if (name === "errors") return { status: 200, headers: pageHeaders, body: errorsPage };
  const file = Object.hasOwn(files, name) ? files[name] : undefined;
  if (file === undefined) throw new DomainError("resource_not_found", "There is no such file of the documentation.");
  const known = packed.get(name) ?? pack(file.text);
  packed.set(name, known);
  return {
    status: 200,
    headers: {
      "content-type": file.type,
      "content-encoding": "gzip",
      "cache-control": "public, max-age=3600",
      etag: known.etag,
    },
    body: known.body,
  };
}

function pack(text: string): { body: Buffer; etag: string } {
  const body = gzipSync(text);
  return { body, etag: `"${createHash("sha256").update(body).digest("base64url").slice(0, 16)}"` };
}
