import { beforeEach, expect, it } from "vitest";
import type { EventView } from "#contract/events.ts";
import { newRun } from "#domain/run.ts";
import { publishChanges } from "#runtime/events/publish-changes.ts";
import type { RunChange } from "#runtime/events/run-change.ts";
import { mayPass } from "#runtime/may-pass.ts";
import { forgetSubscriptions } from "#store/subscriptions.ts";
import { startReceiver } from "#test/receiver.ts";
import { madeId } from "#test/run-heads.ts";
import { startService } from "#test/service.ts";

const receiver = await startReceiver();
const service = await startService({ clock: "virtual", settings: { EGRESS_ALLOW: receiver.address } });
const path = "/api/v1/subscriptions";
for (let n = 0; n < 4; n++) await service.call("POST", path, { json: { url: receiver.url } });
beforeEach(forgetSubscriptions);

/** Triggers of runs, of which none has been told. */
function triggered(count: number): RunChange[] {
  return Array.from({ length: count }, () => {
    const id = madeId(service.clock.now());
    const run = newRun({
      id,
      workflowId: madeId(service.clock.now()),
      definitionVersion: 1,
      tag: null,
      keptDays: null,
    });
    const loaded = { run, payload: { p: "{}" }, due: null, writeIds: [], requestId: "test", expiresAtSeconds: null };
    return { runId: id, requestId: "test", loaded, told: 0 };
  });
}

/** The runs that are told of on the bus. */
const onBus = () => new Set(service.events.map(({ detail }) => (detail as EventView).run_id));

/** The events that every subscription has a delivery of. */
async function delivered(): Promise<Set<string>> {
  const { items } = (await service.call("GET", path)).body;
  const logs = await Promise.all(
    items.map(async ({ id }: { id: string }) => (await service.call("GET", `${path}/${id}/deliveries?limit=200`)).body),
  );
  const [first = [], ...others] = logs.map((log) => log.items.map(({ event_id }: { event_id: string }) => event_id));
  return new Set(first.filter((id: string) => others.every((ids) => ids.includes(id))));
}

it.each<[string, (asked: number, changes: number) => number]>([
  ["reading", (asked) => Math.max(60_000 - 4_000 * asked, 30_000)],
  ["sending", (asked, changes) => 60_000 - 20_000 * Math.max(asked - changes, 0)],
])(
  "what there is no time for while %s comes again from where it stopped, and all is told in the end",
  async (_, leftMs) => {
    const changes = triggered(50);
    let rounds = 0;
    for (let left = changes; left.length > 0; rounds++) {
      let asked = 0;
      const failures = await publishChanges(left, { remainingMs: () => leftMs(++asked, left.length) });
      for (const error of failures.values()) expect(mayPass(error)).toBe(true);
      const first = left.findIndex((change) => failures.has(change));
      const told = first === -1 ? left : left.slice(0, first);
      expect(told.length).toBeGreaterThan(0);
      const [bus, deliveries] = [onBus(), await delivered()];
      for (const { runId } of told) expect([bus.has(runId), deliveries.has(`${runId}_1`)]).toEqual([true, true]);
      left = left.slice(told.length);
    }
    expect(rounds).toBeGreaterThan(2);
  },
  60_000,
);
