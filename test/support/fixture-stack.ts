import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { App, CfnOutput, CfnResource, Duration, Stack } from "aws-cdk-lib";
import { CfnApi, CfnIntegration, CfnRoute, CfnStage } from "aws-cdk-lib/aws-apigatewayv2";
import { AttributeType, StreamViewType, Table } from "aws-cdk-lib/aws-dynamodb";
import { CfnEventBus, CfnRule } from "aws-cdk-lib/aws-events";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { CfnEventSourceMapping, Code, Function as LambdaFunction, Runtime } from "aws-cdk-lib/aws-lambda";
import { BlockPublicAccess, Bucket, BucketEncryption } from "aws-cdk-lib/aws-s3";
import { CfnSchedule } from "aws-cdk-lib/aws-scheduler";
import { Queue } from "aws-cdk-lib/aws-sqs";

/** What a test may change of the fixture. */
export type FixtureOptions = {
  /** Properties of the queue's mapping. */
  queueMapping?: Record<string, unknown>;
  /** Properties of the stream's mapping. */
  streamMapping?: Record<string, unknown>;
  /** A second stream mapping, with a tumbling window of so many seconds. */
  windowSeconds?: number;
  /** A global index by this attribute. */
  indexBy?: string;
  /** Another name of the table's key. */
  key?: string;
  cors?: Record<string, unknown>;
  /** Leaves out `dynamodb:DeleteItem`. */
  withoutDelete?: boolean;
  /** Leaves out `s3:ListBucket`. */
  withoutList?: boolean;
  /** A mapping of the dead-letter queue to a function. */
  deadMapping?: boolean;
  scheduleMinutes?: number;
  /** An event bus, and a rule of this pattern that has the schedule's function and the dead-letter queue as targets. */
  eventPattern?: Record<string, unknown>;
  /** Environment of the queue's function. */
  environment?: Record<string, string>;
  httpTimeoutSeconds?: number;
  integrationTimeoutMs?: number;
  /** Further resources, by logical id. */
  resources?: Record<string, { type: string; properties?: Record<string, unknown> }>;
  /** Routes beside those that the fixture has. */
  routes?: string[];
};

const functionDirectory = fileURLToPath(new URL("fixture-functions", import.meta.url));

/** Synthesises a small stack with one of everything, and returns the directory of its cloud assembly. */
export function synthesiseFixture(options: FixtureOptions = {}): string {
  process.env.CDK_VALIDATION ??= "false";
  const outdir = mkdtempSync(join(tmpdir(), "fixture-"));
  const app = new App({ outdir, context: { "aws:cdk:disable-asset-staging": true }, analyticsReporting: false });
  buildFixture(new Stack(app, "Fixture"), options);
  app.synth();
  return outdir;
}

function buildFixture(stack: Stack, options: FixtureOptions): void {
  const table = new Table(stack, "Table", {
    partitionKey: { name: options.key ?? "pk", type: AttributeType.STRING },
    stream: StreamViewType.NEW_AND_OLD_IMAGES,
    timeToLiveAttribute: "expiresAt",
  });
  if (options.indexBy) {
    table.addGlobalSecondaryIndex({
      indexName: "by-attribute",
      partitionKey: { name: options.indexBy, type: AttributeType.STRING },
    });
  }
  const dead = new Queue(stack, "Dead");
  const queue = new Queue(stack, "Queue", {
    visibilityTimeout: Duration.seconds(30),
    deadLetterQueue: { queue: dead, maxReceiveCount: 2 },
  });
  const bucket = new Bucket(stack, "Bucket", {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    lifecycleRules: [{ prefix: "week/", expiration: Duration.days(7) }],
  });
  const environment = {
    TABLE_NAME: table.tableName,
    QUEUE_URL: queue.queueUrl,
    DEAD_URL: dead.queueUrl,
    BUCKET_NAME: bucket.bucketName,
  };
  const lambda = (id: string, handler: string, more: Record<string, string> = {}, seconds = 30) =>
    new LambdaFunction(stack, id, {
      runtime: Runtime.NODEJS_22_X,
      handler,
      code: Code.fromAsset(functionDirectory),
      timeout: Duration.seconds(seconds),
      environment: { ...environment, ...more },
    });

  const http = lambda("Http", "http.handler", {}, options.httpTimeoutSeconds);
  const writes = [
    "dynamodb:PutItem",
    "dynamodb:GetItem",
    "dynamodb:BatchWriteItem",
    ...(options.withoutDelete ? [] : ["dynamodb:DeleteItem"]),
  ];
  http.addToRolePolicy(new PolicyStatement({ actions: writes, resources: [table.tableArn] }));
  const sends = ["sqs:SendMessage", "sqs:GetQueueAttributes"];
  http.addToRolePolicy(new PolicyStatement({ actions: sends, resources: [queue.queueArn, dead.queueArn] }));
  const objects = ["s3:PutObject", "s3:GetObject", "s3:DeleteObject"];
  http.addToRolePolicy(new PolicyStatement({ actions: objects, resources: [bucket.arnForObjects("*")] }));
  if (!options.withoutList)
    http.addToRolePolicy(new PolicyStatement({ actions: ["s3:ListBucket"], resources: [bucket.bucketArn] }));
  const parameters = ["ssm:PutParameter", "ssm:GetParameter"];
  http.addToRolePolicy(new PolicyStatement({ actions: parameters, resources: ["*"] }));

  const onQueue = lambda("OnQueue", "observer.queue", options.environment);
  queue.grantConsumeMessages(onQueue);
  table.grant(onQueue, "dynamodb:GetItem");
  new CfnEventSourceMapping(stack, "QueueMapping", {
    eventSourceArn: queue.queueArn,
    functionName: onQueue.functionName,
    functionResponseTypes: ["ReportBatchItemFailures"],
    ...options.queueMapping,
  });

  if (options.deadMapping) {
    const onDead = lambda("OnDead", "observer.dead");
    dead.grantConsumeMessages(onDead);
    new CfnEventSourceMapping(stack, "DeadMapping", {
      eventSourceArn: dead.queueArn,
      functionName: onDead.functionName,
      functionResponseTypes: ["ReportBatchItemFailures"],
    });
  }

  const onStream = lambda("OnStream", "observer.stream");
  table.grantStreamRead(onStream);
  table.grant(onStream, "dynamodb:GetItem");
  dead.grantSendMessages(onStream);
  const streamSource = {
    eventSourceArn: table.tableStreamArn ?? "",
    startingPosition: "TRIM_HORIZON",
    functionResponseTypes: ["ReportBatchItemFailures"],
  };
  new CfnEventSourceMapping(stack, "StreamMapping", {
    ...streamSource,
    functionName: onStream.functionName,
    ...options.streamMapping,
  });
  if (options.windowSeconds) {
    const onWindow = lambda("OnWindow", "observer.window");
    table.grantStreamRead(onWindow);
    const tumblingWindowInSeconds = options.windowSeconds;
    new CfnEventSourceMapping(stack, "WindowMapping", {
      ...streamSource,
      functionName: onWindow.functionName,
      tumblingWindowInSeconds,
    });
  }

  const onSchedule = lambda("OnSchedule", "observer.schedule");
  new CfnSchedule(stack, "Schedule", {
    scheduleExpression: `rate(${options.scheduleMinutes ?? 1} minutes)`,
    flexibleTimeWindow: { mode: "OFF" },
    target: { arn: onSchedule.functionArn, roleArn: "arn:aws:iam::000000000000:role/scheduler" },
  });

  if (options.eventPattern) {
    const bus = new CfnEventBus(stack, "Bus", { name: "fixture" });
    http.addToRolePolicy(new PolicyStatement({ actions: ["events:PutEvents"], resources: [bus.attrArn] }));
    new CfnRule(stack, "Rule", {
      eventBusName: bus.ref,
      eventPattern: options.eventPattern,
      targets: [
        { id: "function", arn: onSchedule.functionArn },
        { id: "queue", arn: dead.queueArn },
      ],
    });
  }

  const api = new CfnApi(stack, "Api", {
    name: "fixture",
    protocolType: "HTTP",
    ...(options.cors && { corsConfiguration: options.cors }),
  });
  new CfnStage(stack, "Stage", { apiId: api.ref, stageName: "$default", autoDeploy: true });
  const integration = new CfnIntegration(stack, "Integration", {
    apiId: api.ref,
    integrationType: "AWS_PROXY",
    integrationUri: http.functionArn,
    payloadFormatVersion: "2.0",
    ...(options.integrationTimeoutMs && { timeoutInMillis: options.integrationTimeoutMs }),
  });
  const routes = options.routes ?? [
    "GET /items/{id}",
    "GET /items/newest",
    "ANY /items/{proxy+}",
    "POST /command",
    "$default",
  ];
  routes.forEach((routeKey, index) => {
    new CfnRoute(stack, `Route${index}`, { apiId: api.ref, routeKey, target: `integrations/${integration.ref}` });
  });
  new CfnOutput(stack, "Endpoint", { value: api.attrApiEndpoint });
  new CfnOutput(stack, "TableName", { value: table.tableName });
  new CfnOutput(stack, "BucketName", { value: bucket.bucketName });

  for (const [id, { type, properties = {} }] of Object.entries(options.resources ?? {}))
    new CfnResource(stack, id, { type, properties });
}
