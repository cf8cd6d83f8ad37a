import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import style from "swagger-ui-dist/swagger-ui.css?text";
import bundle from "swagger-ui-dist/swagger-ui-bundle.js?text";
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

/** The page of Swagger UI, which shows this service's own OpenAPI document. */
export function swaggerPage(): HttpAnswer {
  const headers = { "content-type": "text/html; charset=utf-8", "content-security-policy": contentSecurityPolicy };
  return { status: 200, headers, body: html };
}

const packed = new Map<string, { body: Buffer; etag: string }>();

/**
 * One of Swagger UI's own files, compressed once.
 *
 * @throws DomainError `resource_not_found` for any other name.
 */
export function swaggerAsset(name: string): HttpAnswer {
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
