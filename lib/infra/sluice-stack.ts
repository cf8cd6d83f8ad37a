import { randomUUID } from "node:crypto";
import { CfnOutput, Duration, Stack, type StackProps } from "aws-cdk-lib";
import {
  type CfnFunction,
  FilterCriteria,
  type Function as LambdaFunction,
  StartingPosition,
} from "aws-cdk-lib/aws-lambda";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import type { FunctionEnvironment, OperatorSettings } from "#contract/environment.ts";
import { looksAtCredentials } from "#contract/open-access.ts";
import { routes } from "#contract/routes.ts";
import { familyNames } from "#domain/counted-family.ts";
import { type AccessEnvironment, accessEnvironment } from "./access-environment.ts";
import type { Bundles } from "./bundle.ts";
import { DeadLetterAlarm } from "./dead-letter-alarm.ts";
import { egressEnvironment } from "./egress-environment.ts";
import { EveryMinute } from "./every-minute.ts";
import { Functions } from "./functions.ts";
import { HttpRoutes } from "./http-routes.ts";
import { OutputsBucket } from "./outputs-bucket.ts";
import { RunEvents } from "./run-events.ts";
import { type SecretsPlace, secretsPlace } from "./secrets-place.ts";
import { Tables } from "./tables.ts";
import { WorkQueue, workerTimeout } from "./work-queue.ts";

/** `stage` local: made to run on a laptop, where reads are open and data is not protected from deletion. */
export type SluiceStackProps = StackProps & { stage: "local" | "aws"; settings: OperatorSettings; bundles: Bundles };

/** The whole service: two tables, a function per route, the stream's function, and the HTTP API in front. */
export class SluiceStack extends Stack {
  constructor(scope: Construct, id: string, { stage, settings, bundles, ...props }: SluiceStackProps) {
    super(scope, id, props);
    const tables = new Tables(this, "Tables", { keepData: stage === "aws" });
    const work = new WorkQueue(this, "Work");
    const outputs = new OutputsBucket(this, "Outputs", { keepData: stage === "aws" });
    const access = accessEnvironment(stage, settings);
    const secrets = secretsPlace(this, settings);
    const events = new RunEvents(this, "Events", { hasBus: settings.EVENT_BUS ?? stage === "local" });
    const environment = {
      ...functionEnvironment(stage, access, settings, tables, work.queue, outputs.bucket, secrets),
      EVENT_BUS_NAME: events.busName,
    };
    const functions = new Functions(this, "Functions", {
      bundles,
      environment,
      tables,
      queue: work.queue,
      outputs: outputs.bucket,
      secrets,
    });

    const http = new HttpRoutes(this, "Http", {
      name: settings.PROJECT_NAME,
      cors: { origins: settings.CORS_ORIGINS, credentials: settings.CORS_CREDENTIALS },
    });
    for (const route of routes) {
      const { id: routeId, method, path, aliases = [], grants, memoryMiB } = route;
      const target = functions.make(routeId, {
        grants,
        authenticates: looksAtCredentials(route, access),
        ...(memoryMiB === undefined ? {} : { memoryMiB }),
      });
      http.add(target, method, [path, ...aliases]);
    }
    http.addDefault(functions.make("service.fallback", { grants: {} }));

    const aggregate = functions.make("stream.aggregate", {
      grants: { counters: ["GetItem", "PutItem", "UpdateItem"] },
      ownRole: true,
      timeout: Duration.minutes(1),
    });
    tables.families.grantStreamRead(aggregate);
    aggregate.addEventSourceMapping("Stream", {
      eventSourceArn: tables.families.tableStreamArn ?? "",
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: 100,
      maxBatchingWindow: Duration.seconds(1),
      parallelizationFactor: 1,
      reportBatchItemFailures: true,
      tumblingWindow: Duration.minutes(15), // names the shard in the event, by which counters count each record once
      filters: [FilterCriteria.filter({ dynamodb: { Keys: { pk: { S: countedPrefixes } } } })],
    });

    const publisher = functions.make("stream.publish", {
      grants: {
        table: ["GetItem", "BatchGetItem", "Query", "PutItem"],
        counters: ["PutItem"],
        queue: ["SendMessage"],
        outputs: ["GetObject", "ListBucket"],
      },
      ownRole: true,
      timeout: Duration.minutes(1), // by which lib/runtime/events/publish-changes.ts stops in time
    });
    events.tell(publisher, tables.families);

    const worker = functions.make("worker.advance", {
      grants: {
        table: ["GetItem", "BatchGetItem", "Query", "PutItem", "DeleteItem"],
        counters: ["GetItem", "Query", "PutItem", "UpdateItem"],
        queue: ["SendMessage"],
        outputs: ["GetObject", "PutObject", "DeleteObject", "ListBucket"],
        secrets: ["GetParameters"],
      },
      ownRole: true,
      timeout: workerTimeout,
    });
    work.feed(worker);
    letLoop(worker); // a job that goes on sends itself

    const deadLetters = functions.make("worker.dead_letters", {
      grants: { table: ["GetItem", "PutItem"], counters: ["PutItem"], queue: ["SendMessage"] },
      ownRole: true,
      timeout: workerTimeout,
    });
    work.feedDeadLetters(deadLetters);
    letLoop(deadLetters); // what must be done is sent again, and may be given up again
    new DeadLetterAlarm(this, "DeadLetters", { service: settings.PROJECT_NAME });

    new EveryMinute(
      this,
      "Sweep",
      functions.make("schedule.sweep", {
        grants: {
          table: ["GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem"],
          queue: ["SendMessage", "GetQueueAttributes"],
        },
        timeout: Duration.seconds(50),
      }),
    );
    new CfnOutput(this, "Url", { value: http.url });
    new CfnOutput(this, "TableName", { value: tables.families.tableName, description: "What npm run keys works on" });
  }
}

/** Lets a function send messages that come back to it: Lambda would stop such a loop after some sixteen. */
function letLoop(target: LambdaFunction): void {
  (target.node.defaultChild as CfnFunction).recursiveLoop = "Allow";
}

/** What the partitions of heads begin with that are counted. */
const countedPrefixes = familyNames.map((family) => ({ prefix: `${family}#` }));

type Text<Value> = { [Name in keyof Value]: string };

function functionEnvironment(
  stage: "local" | "aws",
  access: AccessEnvironment,
  settings: OperatorSettings,
  tables: Tables,
  queue: IQueue,
  outputs: { bucketName: string },
  secrets: SecretsPlace,
): Record<string, string> {
  const environment: Text<Omit<FunctionEnvironment, "EVENT_BUS_NAME">> = {
    TABLE_NAME: tables.families.tableName,
    COUNTERS_TABLE_NAME: tables.counters.tableName,
    QUEUE_URL: queue.queueUrl,
    OUTPUTS_BUCKET: outputs.bucketName,
    // On a laptop all workers are this one process: with another epoch, what a dead one held is free at once.
    LEASE_EPOCH: stage === "local" ? randomUUID() : "aws",
    SHARDS: String(settings.SHARDS),
    ...access,
    READS_OPEN: String(access.READS_OPEN),
    RATE_LIMIT_PER_MINUTE: String(access.RATE_LIMIT_PER_MINUTE),
    ...egressEnvironment(stage, settings),
    SECRETS_PREFIX: secrets.prefix,
    // `-c streamHasOneShard=true`: for emulators that know no tumbling window, and so name no shard (docs/emulators.md).
    STREAM_HAS_ONE_SHARD: String(String(tables.node.tryGetContext("streamHasOneShard")) === "true"),
    APP_ENV: settings.APP_ENV,
    APP_VERSION: settings.APP_VERSION,
    GIT_COMMIT: settings.GIT_COMMIT,
    LOG_LEVEL: settings.LOG_LEVEL,
    POWERTOOLS_SERVICE_NAME: settings.PROJECT_NAME,
    POWERTOOLS_METRICS_NAMESPACE: "Sluice",
  };
  return environment;
}
