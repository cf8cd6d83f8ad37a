import { ask } from "./client.ts";
import { answered, eventually, same } from "./expect.ts";
import { completed } from "./jobs.ts";
import type { Run, SmokeRecord } from "./run.ts";
import type { Check } from "./run-checks.ts";

/** Reports are seconds behind. */
const reportLagMsMax = 60_000;

type Counts = {
  total: number;
  byStatus: Record<SmokeRecord["status"], number>;
  byCategory: number;
  inTimeseries: number;
};

/** The reports on the run's category: `before` it makes a record, `moved` by exactly what it made, `back` after its erasure. */
export function reportChecks(run: Run): Record<"before" | "moved" | "back" | "verify", Check> {
  let before: Counts | null = null;
  const moved = async () => {
    if (before === null) throw new Error("there is no summary from before");
    const expected = plus(before, [...run.made.values()]);
    await eventually(reportLagMsMax, async () => same("counts", await countsOf(run), expected));
  };
  const reading = async () => {
    before = await countsOf(run);
  };
  return {
    before: { name: "summary and time series", verify: reading },
    moved: { name: "summary and time series moved by exactly what was made", verify: moved },
    back: { name: "summary and time series moved back by what was erased", verify: moved },
    verify: { name: "verify a day without records", verify: () => verifyEmptyDay(run) },
  };
}

async function countsOf(run: Run): Promise<Counts> {
  const { category } = run;
  const answer = await ask(run, "GET", `/reports/summary?category=${category}`);
  answered(answer, 200);
  const { total_records: total, by_status: byStatus, by_category: byCategory, totals } = answer.body;
  same("totals", totals, { all: total, ...byStatus });
  const series = await ask(run, "GET", "/reports/timeseries?dimension=category");
  answered(series, 200);
  const days: { counts: Record<string, number> }[] = series.body.items;
  const inTimeseries = days.reduce((sum, { counts }) => sum + (counts[category] ?? 0), 0);
  return { total, byStatus, byCategory: byCategory[category] ?? 0, inTimeseries };
}

function plus(counts: Counts, made: readonly SmokeRecord[]): Counts {
  const of = (status: SmokeRecord["status"]) =>
    counts.byStatus[status] + made.filter((record) => record.status === status).length;
  return {
    total: counts.total + made.length,
    byStatus: { pending: of("pending"), processed: of("processed"), failed: of("failed") },
    byCategory: counts.byCategory + made.length,
    inTimeseries: counts.inTimeseries + made.length,
  };
}

/** A recount reads every record of its days: the smoke checks take one that costs nothing anywhere. */
async function verifyEmptyDay(run: Run): Promise<void> {
  const job = await completed(run, "/reports/verify", { date_from: "2000-01-01", date_to: "2000-01-01" });
  same("result", job.body.result, "agree");
}
