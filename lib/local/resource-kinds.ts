import { awsOnly } from "./resources/aws-only.ts";
import { globalTable, table } from "./resources/dynamodb.ts";
import { eventBus, rule } from "./resources/events.ts";
import { api, integration, route, stage } from "./resources/http-api.ts";
import { managedPolicy, policy, role } from "./resources/iam.ts";
import { eventSourceMapping, lambdaFunction, permission } from "./resources/lambda.ts";
import type { ResourceKind } from "./resources/resource-kind.ts";
import { bucket, bucketPolicy } from "./resources/s3.ts";
import { schedule } from "./resources/schedule.ts";
import { queue, queuePolicy } from "./resources/sqs.ts";

/** Every resource type that the laptop understands, by its CloudFormation name. */
export const resourceKinds: ReadonlyMap<string, ResourceKind> = new Map(
  [
    table,
    globalTable,
    queue,
    queuePolicy,
    bucket,
    bucketPolicy,
    lambdaFunction,
    permission,
    eventSourceMapping,
    api,
    stage,
    route,
    integration,
    role,
    policy,
    managedPolicy,
    schedule,
    eventBus,
    rule,
    ...awsOnly,
  ].map((kind) => [kind.type, kind]),
);
