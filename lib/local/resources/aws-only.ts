import { ignoredKind } from "./resource-kind.ts";

/** Kinds that have a meaning in AWS alone. */
export const awsOnly = [
  ignoredKind("AWS::CDK::Metadata", "aws-only.ts", "the CDK's note to itself"),
  ignoredKind("AWS::Logs::LogGroup", "aws-only.ts", "functions write to this process's stdout"),
  ignoredKind("AWS::Logs::MetricFilter", "aws-only.ts", "metrics of AWS"),
  ignoredKind("AWS::CloudWatch::Alarm", "aws-only.ts", "whoever started this process watches it"),
  ignoredKind("AWS::CloudWatch::CompositeAlarm", "aws-only.ts", "whoever started this process watches it"),
  ignoredKind("AWS::CloudWatch::Dashboard", "aws-only.ts", "whoever started this process watches it"),
];
