import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";

/** The metrics of the service. Names are counted by CloudWatch's price: keep them few, and without dimensions of their own. */
export type MetricName = "RecordCreated" | "RecordProcessed" | "RecordFailed" | "InternalError" | "PoisonStreamRecord";

const metrics = new Metrics({ singleMetric: false });

/** Counts one thing, as a line of CloudWatch's embedded metric format written at once: no state is kept between requests. */
export function countMetric(name: MetricName, count = 1): void {
  const single = metrics.singleMetric();
  single.addMetric(name, MetricUnit.Count, count);
}
