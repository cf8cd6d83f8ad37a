import * as z from "zod";
import { localArn } from "../aws-names.ts";
import type { TableModel } from "../model.ts";
import { ignored, type NamingContext, physicalName, resourceKind } from "./resource-kind.ts";

const keySchema = z.array(z.strictObject({ AttributeName: z.string(), KeyType: z.enum(["HASH", "RANGE"]) }));
const index = z.strictObject({
  IndexName: z.string(),
  KeySchema: keySchema,
  Projection: z.strictObject({
    ProjectionType: z.string().optional(),
    NonKeyAttributes: z.array(z.string()).optional(),
  }),
  ProvisionedThroughput: ignored("the local table has no throughput limit"),
  OnDemandThroughput: ignored("the local table has no throughput limit"),
  WriteOnDemandThroughputSettings: ignored("the local table has no throughput limit"),
  WriteProvisionedThroughputSettings: ignored("the local table has no throughput limit"),
  ContributorInsightsSpecification: ignored("monitoring of AWS"),
});
const shared = {
  TableName: z.string().optional(),
  KeySchema: keySchema,
  AttributeDefinitions: z.array(z.strictObject({ AttributeName: z.string(), AttributeType: z.string() })),
  GlobalSecondaryIndexes: z.array(index).default([]),
  LocalSecondaryIndexes: z.array(index).default([]),
  TimeToLiveSpecification: z.strictObject({ AttributeName: z.string().optional(), Enabled: z.boolean() }).optional(),
  BillingMode: ignored("nothing is billed"),
  SSESpecification: ignored("the data directory is as safe as its disk"),
  WarmThroughput: ignored("the local table has no throughput limit"),
};
const streamView = z.enum(["NEW_AND_OLD_IMAGES", "NEW_IMAGE", "OLD_IMAGE", "KEYS_ONLY"]);

// One stream per table for its whole life, so a constant label will do.
const streamLabel = "2020-01-01T00:00:00.000";

function identify(context: NamingContext) {
  const name = physicalName(context, "TableName");
  const arn = localArn("dynamodb", `table/${name}`);
  return { ref: name, attributes: { Arn: arn, StreamArn: `${arn}/stream/${streamLabel}`, TableId: context.logicalId } };
}

function tableModel(
  properties: z.output<z.ZodObject<typeof shared>>,
  name: string,
  streamViewType: string | null,
): TableModel {
  const ttl = properties.TimeToLiveSpecification;
  return {
    name,
    streamArn: `${localArn("dynamodb", `table/${name}`)}/stream/${streamLabel}`,
    keySchema: properties.KeySchema,
    attributeDefinitions: properties.AttributeDefinitions,
    globalIndexes: properties.GlobalSecondaryIndexes.map(({ IndexName, KeySchema, Projection }) => ({
      IndexName,
      KeySchema,
      Projection,
    })),
    localIndexes: properties.LocalSecondaryIndexes.map(({ IndexName, KeySchema, Projection }) => ({
      IndexName,
      KeySchema,
      Projection,
    })),
    streamViewType,
    ttlAttribute: ttl?.Enabled ? (ttl.AttributeName ?? null) : null,
  };
}

/** `AWS::DynamoDB::Table`. */
export const table = resourceKind({
  type: "AWS::DynamoDB::Table",
  file: "dynamodb.ts",
  properties: z.strictObject({
    ...shared,
    StreamSpecification: z
      .strictObject({ StreamViewType: streamView, ResourcePolicy: ignored("only one account") })
      .optional(),
    PointInTimeRecoverySpecification: ignored("backups are copies of the data directory"),
    ProvisionedThroughput: ignored("the local table has no throughput limit"),
    OnDemandThroughput: ignored("the local table has no throughput limit"),
    DeletionProtectionEnabled: ignored("the laptop deletes no table"),
    ContributorInsightsSpecification: ignored("monitoring of AWS"),
    TableClass: ignored("a price, not a behaviour"),
    Tags: ignored("labels for AWS"),
  }),
  identify,
  interpret: (properties, { ref }, model) =>
    model.tables.push(tableModel(properties, ref, properties.StreamSpecification?.StreamViewType ?? null)),
});

/** `AWS::DynamoDB::GlobalTable`, as CDK's TableV2 synthesises it, with one replica. */
export const globalTable = resourceKind({
  type: "AWS::DynamoDB::GlobalTable",
  file: "dynamodb.ts",
  properties: z.strictObject({
    ...shared,
    StreamSpecification: z.strictObject({ StreamViewType: streamView }).optional(),
    Replicas: z
      .array(
        z.strictObject({
          Region: z.string(),
          PointInTimeRecoverySpecification: ignored("backups are copies of the data directory"),
          DeletionProtectionEnabled: ignored("the laptop deletes no table"),
          ContributorInsightsSpecification: ignored("monitoring of AWS"),
          GlobalSecondaryIndexes: ignored("settings of throughput and monitoring per replica"),
          ReadOnDemandThroughputSettings: ignored("the local table has no throughput limit"),
          KinesisStreamSpecification: z.never().optional(),
          SSESpecification: ignored("the data directory is as safe as its disk"),
          TableClass: ignored("a price, not a behaviour"),
          ResourcePolicy: ignored("only one account"),
          ReplicaStreamSpecification: ignored("only one account"),
          Tags: ignored("labels for AWS"),
        }),
      )
      .max(1, "one replica: a laptop is one region"),
    WriteOnDemandThroughputSettings: ignored("the local table has no throughput limit"),
    WriteProvisionedThroughputSettings: ignored("the local table has no throughput limit"),
  }),
  identify,
  interpret: (properties, { ref }, model) =>
    model.tables.push(tableModel(properties, ref, properties.StreamSpecification?.StreamViewType ?? null)),
});
