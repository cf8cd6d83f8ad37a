import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { healthKey } from "./keys.ts";
import { table, tableName } from "./table.ts";

/**
 * Reads one key of the table, which need not exist.
 *
 * @throws whatever the table's client throws when the table does not answer.
 */
export async function pingTable(timeoutMs: number): Promise<void> {
  await table().send(new GetCommand({ TableName: tableName(), Key: healthKey }), {
    abortSignal: AbortSignal.timeout(timeoutMs),
  });
}
