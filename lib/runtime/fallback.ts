import middy from "@middy/core";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { toResult } from "./http-answer.ts";
import { requestLog } from "./request-log.ts";
import { respond } from "./respond.ts";

/** The shell of the `$default` route: `refuse` throws what a method and path that no route takes is answered with. */
export function fallback(refuse: (method: string, path: string) => never) {
  return middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>((event: APIGatewayProxyEventV2) =>
    respond(event, async () => refuse(event.requestContext.http.method, event.rawPath)).then(toResult),
  ).use(requestLog("service.fallback"));
}
