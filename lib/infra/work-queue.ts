import { Duration } from "aws-cdk-lib";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { deliveriesMax } from "#contract/queue-messages.ts";

/** How long one invocation of the worker may take, and of the function that takes dead letters. */
export const workerTimeout = Duration.seconds(60);
/** What Lambda asks of a queue that it polls: it refuses one with less than the function's timeout. */
const visibilityTimeout = Duration.seconds(6 * workerTimeout.toSeconds());

/** The queue of hints that something is due, and the one where messages go that fail again and again. */
export class WorkQueue extends Construct {
  readonly queue: Queue;
  readonly #deadLetters: Queue;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.#deadLetters = new Queue(this, "DeadLetters", {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      visibilityTimeout,
      retentionPeriod: Duration.days(14),
    });
    this.queue = new Queue(this, "Queue", {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      visibilityTimeout,
      retentionPeriod: Duration.days(4),
      deadLetterQueue: { queue: this.#deadLetters, maxReceiveCount: deliveriesMax },
    });
  }

  /** Lets a function work through the queue. */
  feed(worker: IFunction): void {
    feed(worker, this.queue, 50);
  }

  /** Lets a function take the messages that failed again and again. */
  feedDeadLetters(consumer: IFunction): void {
    feed(consumer, this.#deadLetters, 2);
  }
}

function feed(consumer: IFunction, queue: Queue, maxConcurrency: number): void {
  const actions = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"];
  consumer.addToRolePolicy(new PolicyStatement({ actions, resources: [queue.queueArn] }));
  consumer.addEventSourceMapping("Queue", {
    eventSourceArn: queue.queueArn,
    batchSize: 10,
    reportBatchItemFailures: true,
    maxConcurrency,
  });
}
