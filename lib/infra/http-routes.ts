import { Stack } from "aws-cdk-lib";
import { CfnApi, CfnIntegration, CfnRoute, CfnStage } from "aws-cdk-lib/aws-apigatewayv2";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";

/** Which pages of other origins may call the API. */
export type CorsOptions = { origins: string[]; credentials: boolean };

const exposedHeaders = ["etag", "location", "link", "retry-after", "x-request-id", "idempotency-replayed"];
const allowedHeaders = [
  "content-type",
  "authorization",
  "x-api-key",
  "x-request-id",
  "idempotency-key",
  "if-match",
  "if-none-match",
];

/**
 * The HTTP API. API Gateway calls functions by one role, so that a function needs no permission of its own; each path is
 * served with and without its trailing slash, on the same integration.
 */
export class HttpRoutes extends Construct {
  readonly url: string;
  readonly #api: CfnApi;
  readonly #caller: Role;

  constructor(scope: Construct, id: string, options: { name: string; cors: CorsOptions }) {
    super(scope, id);
    const { name, cors } = options;
    this.#api = new CfnApi(this, "Api", {
      name,
      protocolType: "HTTP",
      corsConfiguration: {
        allowOrigins: cors.origins,
        allowMethods: ["GET", "POST", "PUT", "DELETE"],
        allowHeaders: allowedHeaders,
        exposeHeaders: exposedHeaders,
        maxAge: 600,
        ...(cors.credentials ? { allowCredentials: true } : {}),
      },
    });
    new CfnStage(this, "Stage", { apiId: this.#api.ref, stageName: "$default", autoDeploy: true });
    this.#caller = new Role(this, "Caller", { assumedBy: new ServicePrincipal("apigateway.amazonaws.com") });
    this.url = this.#api.attrApiEndpoint;
  }

  /** Routes a method and its paths to a function. */
  add(target: IFunction, method: string, paths: readonly string[]): void {
    const integration = this.#integrate(target);
    for (const path of paths.flatMap(withTwin)) this.#route(integration, `${method} ${path}`);
  }

  /** Routes what no other route takes. */
  addDefault(target: IFunction): void {
    this.#route(this.#integrate(target), "$default");
  }

  #integrate(target: IFunction): CfnIntegration {
    this.#caller.addToPolicy(
      new PolicyStatement({ actions: ["lambda:InvokeFunction"], resources: [target.functionArn] }),
    );
    const { partition, region } = Stack.of(this);
    return new CfnIntegration(this, `${target.node.id}Integration`, {
      apiId: this.#api.ref,
      integrationType: "AWS_PROXY",
      integrationUri: `arn:${partition}:apigateway:${region}:lambda:path/2015-03-31/functions/${target.functionArn}/invocations`,
      payloadFormatVersion: "2.0",
      credentialsArn: this.#caller.roleArn,
    });
  }

  #route(integration: CfnIntegration, routeKey: string): void {
    new CfnRoute(
      this,
      routeKey.replace(/[^\w]+/g, "-").replace("-default", "Default") + (routeKey.endsWith("/") ? "Slash" : ""),
      {
        apiId: this.#api.ref,
        routeKey,
        target: `integrations/${integration.ref}`,
      },
    );
  }
}

function withTwin(path: string): string[] {
  return path === "/" ? [path] : [path, `${path}/`];
}
