import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { commit, type WrittenBy } from "./commit.ts";
import { signingKeyKey } from "./keys.ts";
import { table, tableName } from "./table.ts";

let known: Buffer | undefined;

/**
 * The key that signs cursors. It is made once, by whoever needs it first, and kept in the table, so that no secret
 * passes through the template or an environment. Read once a process.
 */
export async function signingKey(make: () => { key: Buffer; by: WrittenBy }): Promise<Buffer> {
  known ??= (await readKey()) ?? (await makeKey(make()));
  return known;
}

async function readKey(): Promise<Buffer | null> {
  const { Item: item } = await table().send(
    new GetCommand({ TableName: tableName(), Key: signingKeyKey, ConsistentRead: true }),
  );
  return item === undefined ? null : Buffer.from(String(item.key), "base64url");
}

async function makeKey({ key, by }: { key: Buffer; by: WrittenBy }): Promise<Buffer> {
  const made = await commit(
    [{ item: { ...signingKeyKey, v: 1, key: key.toString("base64url") }, condition: { absent: true } }],
    by,
  );
  if (made.committed || made.current === null) return key;
  return Buffer.from(String(made.current.key), "base64url");
}
