const dynamo = require("@aws-sdk/client-dynamodb");
const { SQSClient, SendMessageCommand, SendMessageBatchCommand } = require("@aws-sdk/client-sqs");

const dynamodb = new dynamo.DynamoDBClient({ maxAttempts: 1 });
const sqs = new SQSClient({ maxAttempts: 1 });
const TableName = process.env.TABLE_NAME;
const QueueUrl = process.env.QUEUE_URL;

// Shows its event, or does what the `command` in its body asks for and answers with the results.
exports.handler = async (event, context) => {
  const command = commandOf(event);
  if (command === null) {
    return json({ event, context: { ...context, remaining: context.getRemainingTimeInMillis() } });
  }
  const results = [];
  try {
    if (command.together) results.push(...(await Promise.all(calls(command).map((call) => call()))));
    else for (const call of calls(command)) results.push(await call());
  } catch (error) {
    return json({ error: error.name, message: error.message, results });
  }
  if (command.putLater) setTimeout(() => put(command.putLater).catch(() => {}), 20);
  if (command.sleepMs) await new Promise((resolve) => setTimeout(resolve, command.sleepMs));
  if (command.throw) throw new TypeError(command.throw);
  if (command.big) return json("x".repeat(command.big));
  if ("answer" in command) return command.answer;
  return json({ results, now: Date.now() });
};

function calls(command) {
  const of = (list, call) => (list ?? []).map((each) => () => call(each));
  return [
    ...of(command.put, (item) => put(item, command.options)),
    ...of(command.get, (Key) => dynamodb.send(new dynamo.GetItemCommand({ TableName, Key }))),
    ...of(command.delete, (Key) => dynamodb.send(new dynamo.DeleteItemCommand({ TableName, Key }))),
    ...of(command.transact && [command.transact], transact),
    ...of(command.batch && [command.batch], batch),
    ...of(command.send, (message) => sqs.send(new SendMessageCommand({ QueueUrl, ...message }))),
    ...of(command.sendBatch && [command.sendBatch], (Entries) =>
      sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries })),
    ),
    ...of(command.aws, callAws),
  ];
}

function put(Item, options) {
  return dynamodb.send(new dynamo.PutItemCommand({ TableName, Item, ...options }));
}

function transact(items) {
  const TransactItems = items.map((Item) => ({ Put: { TableName, Item } }));
  return dynamodb.send(new dynamo.TransactWriteItemsCommand({ TransactItems }));
}

function batch(items) {
  const RequestItems = { [TableName]: items.map((Item) => ({ PutRequest: { Item } })) };
  return dynamodb.send(new dynamo.BatchWriteItemCommand({ RequestItems }));
}

const clients = {
  s3: () => [require("@aws-sdk/client-s3"), "S3Client"],
  ssm: () => [require("@aws-sdk/client-ssm"), "SSMClient"],
  sqs: () => [require("@aws-sdk/client-sqs"), "SQSClient"],
  eventbridge: () => [require("@aws-sdk/client-eventbridge"), "EventBridgeClient"],
};

// A client like any other, with all its attempts.
async function callAws({ service, action, input }) {
  const [sdk, name] = clients[service]();
  const client = new sdk[name]({});
  try {
    const { $metadata, Body, ...output } = await client.send(new sdk[`${action}Command`](input));
    return { ...output, ...(Body && { Body: await Body.transformToString() }) };
  } finally {
    client.destroy();
  }
}

function commandOf(event) {
  try {
    const body = event.isBase64Encoded ? Buffer.from(event.body, "base64").toString() : event.body;
    return JSON.parse(body).command ?? null;
  } catch {
    return null;
  }
}

function json(body) {
  const headers = { "content-type": "application/json", "access-control-allow-origin": "https://handler" };
  return { statusCode: 200, headers, body: JSON.stringify(body) };
}
