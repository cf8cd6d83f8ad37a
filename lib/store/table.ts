import { DynamoDBClient, TransactionConflictException } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { functionEnvironmentSchema } from "#contract/environment.ts";
import { environment } from "./environment.ts";
import { pastConflicts } from "./past-conflicts.ts";

let client: DynamoDBDocumentClient | undefined;

/**
 * The document client, made on first use and kept for the life of the process. A write of one item that is refused
 * since a transaction holds it is sent again, as a transaction is by `commit`.
 */
export function table(): DynamoDBDocumentClient {
  client ??= DynamoDBDocumentClient.from(patientClient(), { marshallOptions: { removeUndefinedValues: true } });
  return client;
}

function patientClient(): DynamoDBClient {
  const requestHandler = { connectionTimeout: 1_000, requestTimeout: 5_000 };
  const patient = new DynamoDBClient({ maxAttempts: 4, requestHandler });
  patient.middlewareStack.add(
    (next) => (request) => pastConflicts(() => next(request), isConflict),
    { name: "pastConflicts", step: "initialize" }, // around the SDK's own retries
  );
  return patient;
}

function isConflict(error: unknown): boolean {
  return error instanceof TransactionConflictException;
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
