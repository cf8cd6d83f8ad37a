import { Duration } from "aws-cdk-lib";
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { Construct } from "constructs";

/** Goes off when the queue gave a message up: workers fail on it, and somebody should look at their logs. */
export class DeadLetterAlarm extends Construct {
  constructor(scope: Construct, id: string, options: { service: string }) {
    super(scope, id);
    new Alarm(this, "Alarm", {
      alarmDescription: "Sluice: a message failed again and again (docs/runbook.md)",
      metric: new Metric({
        namespace: "Sluice",
        metricName: "DeadLetter",
        dimensionsMap: { service: options.service },
        statistic: "Sum",
        period: Duration.minutes(5),
      }),
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }
}
