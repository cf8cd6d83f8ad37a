import { dynamoDbClient } from "#local/dynamodb-client.ts";
import type { TestService } from "./service.ts";

/** Every item of every table of a service, as JSON text. */
export async function dumpTables(service: TestService): Promise<string> {
  const client = dynamoDbClient(service.endpoints.dynamodb);
  const { TableNames } = await client.call<{ TableNames: string[] }>("ListTables", {});
  const items: unknown[] = [];
  for (const TableName of TableNames) {
    let ExclusiveStartKey: unknown;
    do {
      const page = await client.call<{ Items: unknown[]; LastEvaluatedKey?: unknown }>("Scan", {
        TableName,
        ...(ExclusiveStartKey === undefined ? {} : { ExclusiveStartKey }),
      });
      items.push(...page.Items);
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey !== undefined);
  }
  client.close();
  return JSON.stringify(items);
}
