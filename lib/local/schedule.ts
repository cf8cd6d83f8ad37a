import { randomUUID } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { accountId, region } from "./aws-names.ts";
import type { LambdaHost } from "./lambda-host.ts";
import type { OnEvent } from "./local-event.ts";
import type { ScheduleModel } from "./model.ts";
import type { LocalClock } from "./virtual-clock.ts";

/** The schedules of a stack. */
export type Schedules = {
  /** Fires what is due; ticks missed since the last one, while the process was down or the clock jumped, coalesce to one. */
  tick(): void;
  stop(): void;
};

/** Starts the schedules; a first tick comes one interval after the first start ever, as in AWS. */
export function startSchedules(
  models: readonly ScheduleModel[],
  host: LambdaHost,
  clock: LocalClock,
  notes: DatabaseSync,
  onEvent: OnEvent,
): Schedules {
  notes.exec("CREATE TABLE IF NOT EXISTS ticks (schedule TEXT PRIMARY KEY, last INTEGER)");
  const read = notes.prepare("SELECT last FROM ticks WHERE schedule = ?");
  const write = notes.prepare("INSERT OR REPLACE INTO ticks VALUES (?, ?)");
  const dueAt = new Map<string, number>();
  for (const { name, everyMs } of models) {
    const last = read.get(name)?.last;
    // A virtual clock of an earlier run may have been ahead of this one.
    const from = last === undefined ? clock.now() : Math.min(Number(last), clock.now());
    if (last === undefined) write.run(name, from);
    dueAt.set(name, from + everyMs);
  }
  let timer: NodeJS.Timeout | undefined;

  function tick(): void {
    clearTimeout(timer);
    const now = clock.now();
    let next = Infinity;
    for (const model of models) {
      let due = dueAt.get(model.name) ?? 0;
      if (due <= now) {
        const missed = Math.floor((now - due) / model.everyMs);
        due += missed * model.everyMs;
        write.run(model.name, due);
        void fire(model, due);
        due += model.everyMs;
        dueAt.set(model.name, due);
      }
      next = Math.min(next, due);
    }
    if (next === Infinity) return;
    timer = setTimeout(tick, Math.min(next - now, 2 ** 31 - 1));
    timer.unref();
  }

  async function fire(model: ScheduleModel, dueMs: number): Promise<void> {
    onEvent({ kind: "schedule-fired", message: `${model.name} fired` });
    await host.invoke(model.functionName, scheduledEvent(model, dueMs));
  }

  tick();
  return { tick, stop: () => clearTimeout(timer) };
}

function scheduledEvent(model: ScheduleModel, dueMs: number): unknown {
  const time = new Date(dueMs).toISOString().replace(/\.\d+Z$/, "Z");
  if (model.input !== null) {
    return JSON.parse(
      model.input
        .replaceAll("<aws.scheduler.scheduled-time>", time)
        .replaceAll("<aws.scheduler.schedule-arn>", model.arn),
    );
  }
  return {
    version: "0",
    id: randomUUID(),
    "detail-type": "Scheduled Event",
    source: model.source,
    account: accountId,
    time,
    region,
    resources: [model.arn],
    detail: model.source === "aws.scheduler" ? "{}" : {},
  };
}
