const {
  DynamoDBClient,
  PutItemCommand,
  GetItemCommand,
  DeleteItemCommand,
  TransactWriteItemsCommand,
  BatchWriteItemCommand,
} = require("@aws-sdk/client-dynamodb");
const { SQSClient, SendMessageCommand, SendMessageBatchCommand } = require("@aws-sdk/client-sqs");

const dynamodb = new DynamoDBClient({ maxAttempts: 1 });
const sqs = new SQSClient({ maxAttempts: 1 });
const TableName = process.env.TABLE_NAME;

// Answers with what its body asks for: { answer } is answered as it is, { put }, { send } and so on are done first.
exports.handler = async (event, context) => {
  const command =
    event.body && !event.isBase64Encoded && event.headers["content-type"] === "application/x-command"
      ? null
      : read(event);
  if (command === null)
    return json(200, { event, context: { ...context, remaining: context.getRemainingTimeInMillis() } });
  const results = [];
  try {
    for (const put of command.put ?? [])
      results.push(await dynamodb.send(new PutItemCommand({ TableName, Item: put, ...command.options })));
    for (const key of command.get ?? []) results.push(await dynamodb.send(new GetItemCommand({ TableName, Key: key })));
    for (const key of command.delete ?? [])
      results.push(await dynamodb.send(new DeleteItemCommand({ TableName, Key: key })));
    if (command.transact)
      results.push(
        await dynamodb.send(
          new TransactWriteItemsCommand({
            TransactItems: command.transact.map((Item) => ({ Put: { TableName, Item } })),
          }),
        ),
      );
    if (command.batch)
      results.push(
        await dynamodb.send(
          new BatchWriteItemCommand({
            RequestItems: { [TableName]: command.batch.map((Item) => ({ PutRequest: { Item } })) },
          }),
        ),
      );
    for (const message of command.send ?? [])
      results.push(await sqs.send(new SendMessageCommand({ QueueUrl: process.env.QUEUE_URL, ...message })));
    if (command.sendBatch)
      results.push(
        await sqs.send(new SendMessageBatchCommand({ QueueUrl: process.env.QUEUE_URL, Entries: command.sendBatch })),
      );
  } catch (error) {
    return json(200, { error: error.name, message: error.message, results });
  }
  if (command.sleepMs) await new Promise((resolve) => setTimeout(resolve, command.sleepMs));
  if (command.throw) throw new TypeError(command.throw);
  if (command.big) return json(200, "x".repeat(command.big));
  if ("answer" in command) return command.answer;
  return json(200, { results, now: Date.now() });
};

function read(event) {
  try {
    const body = event.isBase64Encoded ? Buffer.from(event.body, "base64").toString() : event.body;
    const parsed = JSON.parse(body);
    return parsed.command ?? null;
  } catch {
    return null;
  }
}

function json(statusCode, body) {
  return {
    statusCode,
    headers: { "content-type": "application/json", "access-control-allow-origin": "https://handler" },
    body: JSON.stringify(body),
  };
}
