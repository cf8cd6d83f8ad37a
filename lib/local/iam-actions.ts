// The services whose target prefix is not their IAM prefix.
const servicePrefixes: Readonly<Record<string, string>> = {
  DynamoDB_20120810: "dynamodb",
  DynamoDBStreams_20120810: "dynamodb",
  AmazonSQS: "sqs",
  AWSEvents: "events",
  AmazonSSM: "ssm",
  TrentService: "kms",
  AWSStepFunctions: "states",
};

// Calls that IAM knows under the name of the single call.
const sameAs: Readonly<Record<string, string>> = {
  "sqs:SendMessageBatch": "sqs:SendMessage",
  "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
  "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
  "dynamodb:TransactGetItems": "dynamodb:GetItem",
  "dynamodb:ExecuteStatement": "dynamodb:PartiQLSelect",
};

/** The call whose action depends on its body. */
export const transactionTarget = "DynamoDB_20120810.TransactWriteItems";

/** The IAM action of a call by its `X-Amz-Target`, such as `DynamoDB_20120810.PutItem`. */
export function iamAction(target: string): string {
  const [prefix = "", operation = ""] = target.split(".");
  const action = `${servicePrefixes[prefix] ?? prefix.toLowerCase()}:${operation}`;
  return sameAs[action] ?? action;
}

const partActions: Readonly<Record<string, string>> = {
  Put: "dynamodb:PutItem",
  Update: "dynamodb:UpdateItem",
  Delete: "dynamodb:DeleteItem",
  ConditionCheck: "dynamodb:ConditionCheckItem",
};

/** The IAM actions of a write transaction: those of its parts. */
export function transactionActions(body: string): string[] {
  const { TransactItems = [] } = JSON.parse(body) as { TransactItems?: Record<string, unknown>[] };
  return [
    ...new Set(
      TransactItems.flatMap((item) => Object.keys(item).map((part) => partActions[part] ?? `dynamodb:${part}`)),
    ),
  ];
}
