import * as z from "zod";
import { accountId, localArn } from "../aws-names.ts";
import { ignored, ignoredKind, physicalName, resourceKind } from "./resource-kind.ts";

const count = z.coerce.number().int().optional();
const flag = z.coerce.boolean().optional();

/** `AWS::SQS::Queue`. */
export const queue = resourceKind({
  type: "AWS::SQS::Queue",
  file: "sqs.ts",
  properties: z.strictObject({
    QueueName: z.string().optional(),
    DelaySeconds: count,
    VisibilityTimeout: count,
    MessageRetentionPeriod: count,
    MaximumMessageSize: count,
    ReceiveMessageWaitTimeSeconds: count,
    FifoQueue: flag,
    ContentBasedDeduplication: flag,
    DeduplicationScope: z.string().optional(),
    FifoThroughputLimit: z.string().optional(),
    RedrivePolicy: z
      .strictObject({ deadLetterTargetArn: z.string(), maxReceiveCount: z.coerce.number().int().positive() })
      .optional(),
    RedriveAllowPolicy: ignored("any queue may be a dead-letter queue here"),
    KmsMasterKeyId: ignored("the data directory is as safe as its disk"),
    KmsDataKeyReusePeriodSeconds: ignored("the data directory is as safe as its disk"),
    SqsManagedSseEnabled: ignored("the data directory is as safe as its disk"),
    Tags: ignored("labels for AWS"),
  }),
  identify: (context) => {
    const name = physicalName(context, "QueueName");
    const url = `${context.sqsUrl ?? "http://127.0.0.1:9"}/${accountId}/${name}`;
    return { ref: url, attributes: { Arn: localArn("sqs", name), QueueName: name, QueueUrl: url } };
  },
  interpret: (properties, { attributes }, model) => {
    const values: Record<string, string> = {};
    for (const [name, value] of Object.entries(properties)) {
      if (value === undefined || !(name in understood)) continue;
      values[name] = typeof value === "object" ? JSON.stringify(value) : String(value);
    }
    model.queues.push({ name: attributes.QueueName ?? "", arn: attributes.Arn ?? "", attributes: values });
  },
});

const understood = {
  DelaySeconds: true,
  VisibilityTimeout: true,
  MessageRetentionPeriod: true,
  MaximumMessageSize: true,
  ReceiveMessageWaitTimeSeconds: true,
  FifoQueue: true,
  ContentBasedDeduplication: true,
  DeduplicationScope: true,
  FifoThroughputLimit: true,
  RedrivePolicy: true,
};

/** `AWS::SQS::QueuePolicy`. */
export const queuePolicy = ignoredKind(
  "AWS::SQS::QueuePolicy",
  "sqs.ts",
  "what may reach a queue here is this process alone",
);
