import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { functionEnvironmentSchema } from "#contract/environment.ts";
import { environment } from "./environment.ts";

let client: DynamoDBDocumentClient | undefined;

/** The document client, made on first use and kept for the life of the process. */
export function table(): DynamoDBDocumentClient {
  client ??= DynamoDBDocumentClient.from(
    new DynamoDBClient({ maxAttempts: 4, requestHandler: { connectionTimeout: 1_000, requestTimeout: 5_000 } }),
    { marshallOptions: { removeUndefinedValues: true } },
  );
  return client;
}

let name: string | undefined;

/** The name of the table of the families: of the environment all that a command has, which is no function. */
export function tableName(): string {
  name ??= functionEnvironmentSchema.shape.TABLE_NAME.parse(process.env.TABLE_NAME);
  return name;
}

/** The name of the table of the counters. */
export function countersTableName(): string {
  return environment().COUNTERS_TABLE_NAME;
}
