import * as z from "zod";
import { functionNameOf, localArn } from "../aws-names.ts";
import { ignored, ignoredKind, physicalName, resourceKind } from "./resource-kind.ts";

/** `AWS::Lambda::Function`, with its code in a file asset. */
export const lambdaFunction = resourceKind({
  type: "AWS::Lambda::Function",
  file: "lambda.ts",
  properties: z.strictObject({
    FunctionName: z.string().optional(),
    Code: z.strictObject({ S3Bucket: z.string(), S3Key: z.string() }),
    Handler: z.string(),
    Role: z.string(),
    Runtime: z.string().regex(/^nodejs/, "only Node runs here"),
    Timeout: z.coerce.number().int().default(3),
    MemorySize: z.coerce.number().int().default(128),
    Environment: z.strictObject({ Variables: z.record(z.string(), z.coerce.string()).default({}) }).optional(),
    Architectures: ignored("the machine has the one it has"),
    Description: ignored("a label"),
    LoggingConfig: ignored("functions write to this process's stdout"),
    ReservedConcurrentExecutions: ignored("one process serves them all"),
    TracingConfig: ignored("X-Ray is AWS's"),
    Tags: ignored("labels for AWS"),
    Layers: z.array(z.never()).optional(),
    EphemeralStorage: ignored("the machine's /tmp is what there is"),
    RecursiveLoop: ignored("no loop detection here"),
    RuntimeManagementConfig: ignored("the runtime is the Node that runs this"),
  }),
  identify: (context) => {
    const name = physicalName(context, "FunctionName").slice(0, 140);
    return { ref: name, attributes: { Arn: localArn("lambda", `function:${name}`) } };
  },
  interpret: (properties, { ref, attributes }, model) =>
    model.functions.push({
      name: ref,
      arn: attributes.Arn ?? "",
      assetKey: properties.Code.S3Key,
      handler: properties.Handler,
      timeoutMs: properties.Timeout * 1000,
      memoryMb: properties.MemorySize,
      roleArn: properties.Role,
      environment: properties.Environment?.Variables ?? {},
    }),
});

const seconds = z.coerce.number();

/** `AWS::Lambda::EventSourceMapping` from a queue or a table's stream. */
export const eventSourceMapping = resourceKind({
  type: "AWS::Lambda::EventSourceMapping",
  file: "lambda.ts",
  properties: z.strictObject({
    EventSourceArn: z.string(),
    FunctionName: z.string(),
    Enabled: z.boolean().default(true),
    BatchSize: z.coerce.number().int().positive().optional(),
    MaximumBatchingWindowInSeconds: seconds.default(0),
    FunctionResponseTypes: z.array(z.literal("ReportBatchItemFailures")).default([]),
    ScalingConfig: z.strictObject({ MaximumConcurrency: z.coerce.number().int().min(2).optional() }).optional(),
    StartingPosition: z.enum(["TRIM_HORIZON", "LATEST"]).optional(),
    TumblingWindowInSeconds: seconds.optional(),
    ParallelizationFactor: z.coerce.number().max(1, "one batch per shard at a time here").optional(),
    MaximumRetryAttempts: z.coerce.number().int().optional(),
    MaximumRecordAgeInSeconds: z.coerce.number().int().optional(),
    BisectBatchOnFunctionError: z.boolean().default(false),
    DestinationConfig: z.strictObject({ OnFailure: z.strictObject({ Destination: z.string() }) }).optional(),
    FilterCriteria: z.strictObject({ Filters: z.array(z.strictObject({ Pattern: z.string() })) }).optional(),
    MetricsConfig: ignored("metrics of AWS"),
    LoggingConfig: ignored("logs of AWS"),
    Tags: ignored("labels for AWS"),
  }),
  identify: ({ logicalId }) => ({ ref: logicalId, attributes: { Id: logicalId } }),
  interpret: (properties, { logicalId }, model) => {
    const retryMax = properties.MaximumRetryAttempts ?? -1;
    const ageMax = properties.MaximumRecordAgeInSeconds ?? -1;
    model.mappings.push({
      id: logicalId,
      sourceArn: properties.EventSourceArn,
      functionName: functionNameOf(properties.FunctionName),
      enabled: properties.Enabled,
      batchSize: properties.BatchSize ?? null,
      batchWindowMs: properties.MaximumBatchingWindowInSeconds * 1000,
      reportsItemFailures: properties.FunctionResponseTypes.length > 0,
      concurrencyMax: properties.ScalingConfig?.MaximumConcurrency ?? null,
      startAtLatest: properties.StartingPosition === "LATEST",
      tumblingWindowMs: properties.TumblingWindowInSeconds ? properties.TumblingWindowInSeconds * 1000 : null,
      retryMax: retryMax < 0 ? null : retryMax,
      recordAgeMaxMs: ageMax < 0 ? null : ageMax * 1000,
      bisects: properties.BisectBatchOnFunctionError,
      failureDestinationArn: properties.DestinationConfig?.OnFailure.Destination ?? null,
      filters: properties.FilterCriteria?.Filters.map(({ Pattern }) => Pattern) ?? [],
    });
  },
});

/** `AWS::Lambda::Permission`. */
export const permission = ignoredKind(
  "AWS::Lambda::Permission",
  "lambda.ts",
  "what may invoke a function here is this process alone",
);
