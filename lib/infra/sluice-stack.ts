import { CfnOutput, Duration, Stack, type StackProps } from "aws-cdk-lib";
import { type CfnFunction, FilterCriteria, StartingPosition } from "aws-cdk-lib/aws-lambda";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import type { FunctionEnvironment, OperatorSettings } from "#contract/environment.ts";
import { isOpen } from "#contract/open-access.ts";
import { routes } from "#contract/routes.ts";
import { type AccessEnvironment, accessEnvironment } from "./access-environment.ts";
import type { Bundles } from "./bundle.ts";
import { EveryMinute } from "./every-minute.ts";
import { Functions } from "./functions.ts";
import { HttpRoutes } from "./http-routes.ts";
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
    const access = accessEnvironment(stage, settings);
    const environment = functionEnvironment(access, settings, tables, work.queue);
    const functions = new Functions(this, "Functions", { bundles, environment, tables, queue: work.queue });

    const http = new HttpRoutes(this, "Http", {
      name: settings.PROJECT_NAME,
      cors: { origins: settings.CORS_ORIGINS, credentials: settings.CORS_CREDENTIALS },
    });
    for (const { id: routeId, method, path, aliases = [], scope: needed, grants, memoryMiB } of routes) {
      const authenticates = !isOpen(needed, access);
      const target = functions.make(routeId, {
        grants,
        authenticates,
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
      filters: [FilterCriteria.filter({ dynamodb: { Keys: { pk: { S: [{ prefix: "record#" }] } } } })],
    });

    const worker = functions.make("worker.advance", {
      grants: {
        table: ["GetItem", "BatchGetItem", "Query", "PutItem"],
        counters: ["GetItem", "Query", "UpdateItem"],
        queue: ["SendMessage"],
      },
      ownRole: true,
      timeout: workerTimeout,
    });
    work.feed(worker);
    // A job that goes on sends itself: Lambda would stop that loop after some sixteen messages.
    (worker.node.defaultChild as CfnFunction).recursiveLoop = "Allow";

    new EveryMinute(
      this,
      "Sweep",
      functions.make("schedule.sweep", { grants: { table: ["GetItem", "Query"], queue: ["SendMessage"] } }),
    );
    new CfnOutput(this, "Url", { value: http.url });
    new CfnOutput(this, "TableName", { value: tables.families.tableName, description: "What npm run keys works on" });
  }
}

type Text<Value> = { [Name in keyof Value]: string };

function functionEnvironment(
  access: AccessEnvironment,
  settings: OperatorSettings,
  tables: Tables,
  queue: IQueue,
): Record<string, string> {
  const environment: Text<FunctionEnvironment> = {
    TABLE_NAME: tables.families.tableName,
    COUNTERS_TABLE_NAME: tables.counters.tableName,
    QUEUE_URL: queue.queueUrl,
    SHARDS: String(settings.SHARDS),
    ...access,
    READS_OPEN: String(access.READS_OPEN),
    RATE_LIMIT_PER_MINUTE: String(access.RATE_LIMIT_PER_MINUTE),
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
