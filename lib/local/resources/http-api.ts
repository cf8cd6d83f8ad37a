import * as z from "zod";
import { functionNameOf } from "../aws-names.ts";
import { ignored, resourceKind } from "./resource-kind.ts";

const list = z.array(z.string()).default([]);

/** `AWS::ApiGatewayV2::Api` of protocol HTTP. */
export const api = resourceKind({
  type: "AWS::ApiGatewayV2::Api",
  file: "http-api.ts",
  properties: z.strictObject({
    ProtocolType: z.literal("HTTP"),
    CorsConfiguration: z
      .strictObject({
        AllowOrigins: list,
        AllowMethods: list,
        AllowHeaders: list,
        ExposeHeaders: list,
        MaxAge: z.coerce.number().optional(),
        AllowCredentials: z.boolean().default(false),
      })
      .optional(),
    Name: ignored("a label"),
    Description: ignored("a label"),
    DisableExecuteApiEndpoint: ignored("the laptop has no custom domain"),
    Tags: ignored("labels for AWS"),
  }),
  identify: ({ logicalId, httpUrl }) => ({
    ref: logicalId.toLowerCase().slice(0, 10),
    attributes: { ApiEndpoint: httpUrl, ApiId: logicalId.toLowerCase().slice(0, 10) },
  }),
  interpret: (properties, { ref }, model) => {
    const cors = properties.CorsConfiguration;
    model.apis.push({
      id: ref,
      cors: cors
        ? {
            origins: cors.AllowOrigins,
            methods: cors.AllowMethods,
            headers: cors.AllowHeaders,
            exposed: cors.ExposeHeaders,
            maxAgeSeconds: cors.MaxAge ?? null,
            credentials: cors.AllowCredentials,
          }
        : null,
    });
  },
});

/** `AWS::ApiGatewayV2::Stage`: the default one, whose paths have no prefix. */
export const stage = resourceKind({
  type: "AWS::ApiGatewayV2::Stage",
  file: "http-api.ts",
  properties: z.strictObject({
    ApiId: z.string(),
    StageName: z.literal("$default"),
    AutoDeploy: z.literal(true),
    DefaultRouteSettings: ignored("no throttling and no metrics here"),
    RouteSettings: ignored("no throttling and no metrics here"),
    AccessLogSettings: ignored("the functions log"),
    Description: ignored("a label"),
    Tags: ignored("labels for AWS"),
  }),
  identify: ({ property }) => ({ ref: String(property("StageName")), attributes: {} }),
});

/** `AWS::ApiGatewayV2::Integration` with a function, payload 2.0. */
export const integration = resourceKind({
  type: "AWS::ApiGatewayV2::Integration",
  file: "http-api.ts",
  properties: z.strictObject({
    ApiId: z.string(),
    IntegrationType: z.literal("AWS_PROXY"),
    IntegrationUri: z.string(),
    PayloadFormatVersion: z.literal("2.0"),
    IntegrationMethod: z.literal("POST").optional(),
    TimeoutInMillis: z.coerce.number().max(30_000).default(30_000),
    CredentialsArn: ignored("what may invoke a function here is this process alone"),
    Description: ignored("a label"),
  }),
  interpret: (properties, { ref }, model) =>
    model.integrations.push({
      id: ref,
      // Either the function's ARN or API Gateway's invocation path around it.
      functionName: functionNameOf(
        /functions\/(.+)\/invocations$/.exec(properties.IntegrationUri)?.[1] ?? properties.IntegrationUri,
      ),
      timeoutMs: properties.TimeoutInMillis,
    }),
});

/** `AWS::ApiGatewayV2::Route` without an authoriser. */
export const route = resourceKind({
  type: "AWS::ApiGatewayV2::Route",
  file: "http-api.ts",
  properties: z.strictObject({
    ApiId: z.string(),
    RouteKey: z.string(),
    Target: z.string().startsWith("integrations/"),
    AuthorizationType: z.literal("NONE").optional(),
    OperationName: ignored("a label"),
  }),
  interpret: (properties, _, model) =>
    model.routes.push({ routeKey: properties.RouteKey, target: properties.Target.slice("integrations/".length) }),
});
