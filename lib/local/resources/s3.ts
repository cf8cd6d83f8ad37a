import * as z from "zod";
import { ignored, physicalName, resourceKind } from "./resource-kind.ts";

const encrypted = "the data directory is as safe as its disk";

/** `AWS::S3::Bucket`, without versions. */
export const bucket = resourceKind({
  type: "AWS::S3::Bucket",
  file: "s3.ts",
  properties: z.strictObject({
    BucketName: z.string().optional(),
    LifecycleConfiguration: z
      .strictObject({
        Rules: z.array(
          z.strictObject({
            Status: z.enum(["Enabled", "Disabled"]),
            ExpirationInDays: z.coerce.number().int().positive().optional(),
            Prefix: z.string().default(""),
            Id: ignored("a label"),
            AbortIncompleteMultipartUpload: ignored("an upload is whole or not there"),
          }),
        ),
        TransitionDefaultMinimumObjectSize: ignored("there is one storage class"),
      })
      .optional(),
    BucketEncryption: ignored(encrypted),
    PublicAccessBlockConfiguration: ignored("only this process reaches a bucket"),
    OwnershipControls: ignored("only one account"),
    AccessControl: ignored("only one account"),
    MetricsConfigurations: ignored("metrics of AWS"),
    LoggingConfiguration: ignored("logs of AWS"),
    Tags: ignored("labels for AWS"),
  }),
  identify: (context) => {
    const name = physicalName(context, "BucketName").toLowerCase().slice(0, 63);
    const domain = `${name}.s3.amazonaws.com`;
    return { ref: name, attributes: { Arn: `arn:aws:s3:::${name}`, DomainName: domain, RegionalDomainName: domain } };
  },
  interpret: (properties, { ref }, model) =>
    model.buckets.push({
      name: ref,
      expiries: (properties.LifecycleConfiguration?.Rules ?? []).flatMap(({ Status, ExpirationInDays, Prefix }) =>
        Status === "Enabled" && ExpirationInDays !== undefined ? [{ prefix: Prefix, days: ExpirationInDays }] : [],
      ),
    }),
});

/** `AWS::S3::BucketPolicy`. */
export const bucketPolicy = resourceKind({
  type: "AWS::S3::BucketPolicy",
  file: "s3.ts",
  properties: z.strictObject({
    Bucket: z.string(),
    PolicyDocument: ignored("only this process reaches a bucket, and over loopback, where TLS has nothing to hide"),
  }),
});
