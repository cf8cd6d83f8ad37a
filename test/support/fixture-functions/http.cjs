const http = require("node:http");
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
    for (const call of calls(command)) results.push(await call());
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
    ...of(command.events && [command.events], putEvents),
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

// By hand, for the fixture does without EventBridge's client.
function putEvents(Entries) {
  return new Promise((resolve, reject) => {
    const headers = { "x-amz-target": "AWSEvents.PutEvents", "content-type": "application/x-amz-json-1.1" };
    const request = http.request(process.env.AWS_ENDPOINT_URL_EVENTBRIDGE, { method: "POST", headers }, (response) => {
      let text = "";
      response.on("data", (chunk) => {
        text += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode, ...JSON.parse(text) }));
    });
    request.on("error", reject);
    request.end(JSON.stringify({ Entries }));
  });
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
