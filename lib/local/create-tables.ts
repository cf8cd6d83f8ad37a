import { type DynamoDbClient, DynamoDbError } from "./dynamodb-client.ts";
import type { OnEvent } from "./local-event.ts";
import type { IndexModel, KeyModel, TableModel } from "./model.ts";

type Description = {
  KeySchema: KeyModel[];
  AttributeDefinitions: { AttributeName: string; AttributeType: string }[];
  GlobalSecondaryIndexes?: IndexModel[];
  LocalSecondaryIndexes?: IndexModel[];
  StreamSpecification?: { StreamEnabled: boolean; StreamViewType?: string };
  LatestStreamArn?: string;
};

/**
 * Makes each table that is missing and mends each that differs, as far as a deployment would: global indexes are added
 * and dropped, streams and TTL switched on.
 *
 * @returns the engine's stream ARN by table name.
 * @throws Error for a change that DynamoDB cannot make to a table in use, naming the table and the way out.
 */
export async function createTables(
  client: DynamoDbClient,
  tables: readonly TableModel[],
  onEvent: OnEvent,
): Promise<Map<string, string>> {
  const streams = new Map<string, string>();
  for (const table of tables) {
    const existing = await describe(client, table.name);
    if (existing === null) await create(client, table, onEvent);
    else await mend(client, table, existing, onEvent);
    const arn = (await describe(client, table.name))?.LatestStreamArn;
    if (arn !== undefined) streams.set(table.name, arn);
    if (table.ttlAttribute !== null) {
      const specification = { AttributeName: table.ttlAttribute, Enabled: true };
      // It is on already, says DynamoDB Local; the sweep is our own in any case.
      await client
        .call("UpdateTimeToLive", { TableName: table.name, TimeToLiveSpecification: specification })
        .catch(() => {});
    }
  }
  return streams;
}

async function describe(client: DynamoDbClient, name: string): Promise<Description | null> {
  try {
    return (await client.call<{ Table: Description }>("DescribeTable", { TableName: name })).Table;
  } catch (error) {
    if (error instanceof DynamoDbError && error.name === "ResourceNotFoundException") return null;
    throw error;
  }
}

async function create(client: DynamoDbClient, table: TableModel, onEvent: OnEvent): Promise<void> {
  await client.call("CreateTable", {
    TableName: table.name,
    KeySchema: table.keySchema,
    AttributeDefinitions: table.attributeDefinitions,
    BillingMode: "PAY_PER_REQUEST",
    ...(table.globalIndexes.length > 0 && { GlobalSecondaryIndexes: table.globalIndexes }),
    ...(table.localIndexes.length > 0 && { LocalSecondaryIndexes: table.localIndexes }),
    ...(table.streamViewType !== null && streamSpecification(table.streamViewType)),
  });
  onEvent({ kind: "table-created", message: `table ${table.name} created` });
}

function streamSpecification(viewType: string) {
  return { StreamSpecification: { StreamEnabled: true, StreamViewType: viewType } };
}

async function mend(client: DynamoDbClient, table: TableModel, existing: Description, onEvent: OnEvent): Promise<void> {
  const refuse = (what: string) => {
    const way = "move the data directory (DATA_DIR) away to start with empty tables";
    return new Error(
      `the table ${table.name} has another ${what} than the template, which cannot be changed in place; ${way}`,
    );
  };
  if (keyText(existing, existing.KeySchema) !== keyText(tableKeys(table), table.keySchema)) throw refuse("key");
  if (indexNames(existing.LocalSecondaryIndexes) !== indexNames(table.localIndexes))
    throw refuse("set of local indexes");

  const update = async (change: Record<string, unknown>, message: string) => {
    await client.call("UpdateTable", {
      TableName: table.name,
      AttributeDefinitions: table.attributeDefinitions,
      ...change,
    });
    onEvent({ kind: "table-changed", message: `table ${table.name}: ${message}` });
  };
  const viewType = existing.StreamSpecification?.StreamEnabled
    ? existing.StreamSpecification.StreamViewType
    : undefined;
  if (table.streamViewType !== null && viewType === undefined)
    await update(streamSpecification(table.streamViewType), "stream switched on");
  else if (table.streamViewType !== null && viewType !== table.streamViewType) throw refuse("stream view");

  const wanted = new Map(table.globalIndexes.map((index) => [index.IndexName, index]));
  const present = new Map((existing.GlobalSecondaryIndexes ?? []).map((index) => [index.IndexName, index]));
  for (const [name, index] of present) {
    const same = wanted.get(name);
    if (same !== undefined && indexText(existing, index) === indexText(tableKeys(table), same)) continue;
    await update({ GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: name } }] }, `index ${name} dropped`);
    present.delete(name);
  }
  for (const [name, index] of wanted) {
    if (!present.has(name)) await update({ GlobalSecondaryIndexUpdates: [{ Create: index }] }, `index ${name} added`);
  }
}

type Keys = Pick<Description, "AttributeDefinitions">;

function tableKeys(table: TableModel): Keys {
  return { AttributeDefinitions: table.attributeDefinitions };
}

function keyText({ AttributeDefinitions }: Keys, keys: readonly KeyModel[]): string {
  const types = new Map(AttributeDefinitions.map((each) => [each.AttributeName, each.AttributeType]));
  return keys.map(({ AttributeName, KeyType }) => `${KeyType} ${AttributeName} ${types.get(AttributeName)}`).join(", ");
}

function indexText(keys: Keys, { KeySchema, Projection }: IndexModel): string {
  const included = [...(Projection.NonKeyAttributes ?? [])].sort().join(",");
  return `${keyText(keys, KeySchema)} ${Projection.ProjectionType ?? "ALL"} ${included}`;
}

function indexNames(indexes: readonly IndexModel[] | undefined): string {
  return (indexes ?? [])
    .map((index) => index.IndexName)
    .sort()
    .join(",");
}
