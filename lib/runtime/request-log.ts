import type { MiddlewareObj } from "@middy/core";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from "aws-lambda";
import { logger } from "./logger.ts";
import { withContext } from "./request-context.ts";

type Timing = { startedAtMs: number };

/** Middleware that writes one line per request: route, status and duration. Never a header, body or parameter. */
export function requestLog(
  routeId: string,
): MiddlewareObj<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Error, Context, Timing> {
  return {
    before: ({ internal }) => {
      internal.startedAtMs = Date.now();
    },
    after: ({ internal, response }) => {
      const requestId = String(response?.headers?.["x-request-id"] ?? "");
      const line = { route: routeId, status: response?.statusCode, duration_ms: Date.now() - internal.startedAtMs };
      withContext({ requestId }, () => logger.info("request", line));
    },
  };
}
