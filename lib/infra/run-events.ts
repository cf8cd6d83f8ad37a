import { Duration } from "aws-cdk-lib";
import type { Table } from "aws-cdk-lib/aws-dynamodb";
import { EventBus } from "aws-cdk-lib/aws-events";
import { FilterCriteria, type Function as LambdaFunction, StartingPosition } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";

/** The events of runs: the bus they are put on, where there is one, and the stream that they come from. */
export class RunEvents extends Construct {
  readonly #bus: EventBus | null;

  constructor(scope: Construct, id: string, options: { hasBus: boolean }) {
    super(scope, id);
    this.#bus = options.hasBus ? new EventBus(this, "Bus", { description: "Events of Sluice's runs" }) : null;
  }

  /** The name of the bus; empty: there is none. */
  get busName(): string {
    return this.#bus?.eventBusName ?? "";
  }

  /** Has a function tell of the changes of runs in a table, in the order of each run. */
  tell(publisher: LambdaFunction, table: Table): void {
    this.#bus?.grantPutEventsTo(publisher);
    table.grantStreamRead(publisher);
    publisher.addEventSourceMapping("Stream", {
      eventSourceArn: table.tableStreamArn ?? "",
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: 100,
      maxBatchingWindow: Duration.seconds(1),
      parallelizationFactor: 1,
      reportBatchItemFailures: true,
      filters: [FilterCriteria.filter({ dynamodb: { Keys: { pk: { S: [{ prefix: "run#" }] } } } })],
    });
  }
}
