import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";

/** The metrics of the service. CloudWatch charges for each name: keep them few, and without dimensions of their own. */
export type MetricName =
  | "RecordCreated"
  | "RecordProcessed"
  | "RecordFailed"
  | "InternalError"
  | "PoisonStreamRecord"
  | "DeadLetter";

const metrics = new Metrics();

/** Writes counts as one line of CloudWatch's embedded metric format, at once: nothing is kept between requests. Zeros are left out. */
export function countMetrics(counts: Partial<Record<MetricName, number>>): void {
  const present = Object.entries(counts).filter(([, count]) => count > 0);
  if (present.length === 0) return;
  for (const [name, count] of present) metrics.addMetric(name, MetricUnit.Count, count);
  metrics.publishStoredMetrics();
}
