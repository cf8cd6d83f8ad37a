import { GetCommand } from "@aws-sdk/lib-dynamodb";
import type { Key } from "./keys.ts";
import { table, tableName } from "./table.ts";

/** One item of the families' table as it is now; undefined when there is none. */
export async function getItem(key: Key): Promise<Record<string, unknown> | undefined> {
  return (await table().send(new GetCommand({ TableName: tableName(), Key: key, ConsistentRead: true }))).Item;
}
