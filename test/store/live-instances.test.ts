import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { uuid7 } from "#domain/uuid7.ts";
import { commit } from "#store/commit.ts";
import {
  doneArchival,
  forgetLiveInstance,
  hasLiveInstance,
  holdArchival,
  noteLiveInstance,
  releaseArchival,
} from "#store/live-instances.ts";
import { startService } from "#test/service.ts";

await startService(); // the table that the store is about

const now = Date.parse("2026-11-21T09:30:00Z");
const minute = 60_000;
const id = (timeMs = now) => uuid7(timeMs, randomBytes(10), 0);
const by = () => ({ writeId: randomBytes(6).toString("hex"), requestId: "test" });
const none = async () => ({ final: [], absent: [] });
const allFinal = async (ids: string[]) => ({ final: ids, absent: [] });
const allAbsent = async (ids: string[]) => ({ final: [], absent: ids });

describe("a start", () => {
  it("is seen by the archival that comes after it, until its instance ends", async () => {
    const [machine, instance] = [id(), id()];
    await noteLiveInstance(machine, instance, now, by());
    await holdArchival(machine, now, by());
    expect(await hasLiveInstance(machine, none, now)).toBe(true);
    await forgetLiveInstance(machine, instance);
    expect(await hasLiveInstance(machine, none, now)).toBe(false);
  });

  it("is refused while an archival is held, and leaves no note", async () => {
    const machine = id();
    const held = await holdArchival(machine, now, by());
    await expect(noteLiveInstance(machine, id(), now, by())).rejects.toMatchObject({ code: "operation_in_progress" });
    expect(await hasLiveInstance(machine, none, now)).toBe(false);
    await releaseArchival(held, by());
    await noteLiveInstance(machine, id(), now, by());
  });

  it("is refused for good once the archival is done", async () => {
    const machine = id();
    const held = await holdArchival(machine, now, by());
    await commit([doneArchival(held)], by());
    const later = noteLiveInstance(machine, id(), now + 365 * 86_400_000, by());
    await expect(later).rejects.toMatchObject({ code: "resource_not_found" });
  });

  it("is held off for a minute by an archival that died", async () => {
    const machine = id();
    await holdArchival(machine, now, by());
    const tooEarly = noteLiveInstance(machine, id(), now + minute - 1, by());
    await expect(tooEarly).rejects.toMatchObject({ code: "operation_in_progress" });
    await noteLiveInstance(machine, id(), now + minute, by());
  });
});

describe("an archival", () => {
  it("finds that an instance is final whose end was not noted, and forgets it", async () => {
    const machine = id();
    await noteLiveInstance(machine, id(), now, by());
    expect(await hasLiveInstance(machine, allFinal, now)).toBe(false);
    expect(await hasLiveInstance(machine, none, now)).toBe(false);
  });

  it("takes a start without an instance for one that is under way, and forgets it after a minute", async () => {
    const machine = id();
    await noteLiveInstance(machine, id(now), now, by());
    expect(await hasLiveInstance(machine, allAbsent, now + minute)).toBe(true);
    expect(await hasLiveInstance(machine, allAbsent, now + minute + 1)).toBe(false);
    expect(await hasLiveInstance(machine, none, now)).toBe(false);
  });

  it("finds the one live instance behind many that have ended", async () => {
    const machine = id();
    const ended = Array.from({ length: 60 }, (_, index) => id(now + index));
    const live = id(now + 1_000);
    for (const each of [...ended, live]) await noteLiveInstance(machine, each, now, by());
    const over = async (ids: string[]) => ({ final: ids.filter((each) => each !== live), absent: [] });
    expect(await hasLiveInstance(machine, over, now)).toBe(true);
    await forgetLiveInstance(machine, live);
    expect(await hasLiveInstance(machine, none, now)).toBe(false);
  });

  it("is taken over by a second one, and what the first then does changes nothing", async () => {
    const machine = id();
    const first = await holdArchival(machine, now, by());
    const second = await holdArchival(machine, now, by());
    await releaseArchival(first, by());
    await expect(noteLiveInstance(machine, id(), now, by())).rejects.toMatchObject({ code: "operation_in_progress" });
    expect((await commit([doneArchival(first)], by())).committed).toBe(false);
    expect((await commit([doneArchival(second)], by())).committed).toBe(true);
  });
});
