import middy from "@middy/core";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import type { Route } from "#contract/route.ts";
import { ApiRequest } from "./api-request.ts";
import { authenticate } from "./authenticate.ts";
import { type HttpAnswer, toResult } from "./http-answer.ts";
import { readBody } from "./http-body.ts";
import { answerOnce } from "./idempotent.ts";
import { assertAcceptsJson, notModified } from "./negotiation.ts";
import { requestLog } from "./request-log.ts";
import { respond } from "./respond.ts";

/** What serves a route: it loads, decides and saves, and says what to answer. */
export type ApiHandler<R extends Route> = (request: ApiRequest<R>) => Promise<HttpAnswer>;

/**
 * The shell around every API handler. Checks come in one order: route and method (API Gateway), size, media type and
 * syntax, authentication; then the handler's own: existence, validation, precondition, state.
 */
export function api<R extends Route>(route: R, handle: ApiHandler<R>) {
  return middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>((event: APIGatewayProxyEventV2) =>
    answerTo(route, handle, event).then(toResult),
  ).use(requestLog(route.id));
}

function answerTo<R extends Route>(
  route: R,
  handle: ApiHandler<R>,
  event: APIGatewayProxyEventV2,
): Promise<HttpAnswer> {
  return respond(event, async (requestId) => {
    assertAcceptsJson(route, event.headers.accept);
    const body = route.method === "GET" ? undefined : readBody(route, event);
    const { caller, noted } = await authenticate(route, event.headers, Date.now());
    const request = new ApiRequest(route, event, { requestId, caller, body });
    try {
      return notModified(request, await answerOnce(request, () => handle(request)));
    } finally {
      await noted; // what is not awaited is frozen with the sandbox
    }
  });
}
