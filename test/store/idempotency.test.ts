import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { newWriteId } from "#runtime/identity.ts";
import { commit, type Write } from "#store/commit.ts";
import { claimOf, keepAnswer, keptForSeconds, keptRequest } from "#store/idempotency.ts";
import { startService } from "#test/service.ts";

await startService();

const nowMs = Date.now();
const claim = (key: string) => claimOf({ caller: "c", routeId: "r", key, request: {} });
const answer = (body: string) => ({ status: 200, headers: { etag: '"7"' }, body });
/** A text that deflates to about so many bytes. */
const textOf = (bytes: number) => randomBytes(bytes).toString("latin1");
const save = (writes: readonly Write[]) => commit(writes, { writeId: newWriteId(), requestId: "q" });

describe("an answer that is kept", () => {
  it.each([
    ["short", 100, 1],
    ["compressed", 5_000, 1],
    ["of a single item's length", 280_000, 1],
    ["longer than an item", 600_000, 2],
    ["as long as a transaction bears", 2_000_000, 7],
  ])("and %s is found as it was", async (key, bytes, items) => {
    const body = textOf(bytes);
    const writes = keepAnswer(claim(key), answer(body), nowMs, null);
    expect(writes).toHaveLength(items);
    expect(await save(writes)).toEqual({ committed: true });
    const { kept, standing } = await keptRequest(claim(key), nowMs);
    expect(kept?.answer).toEqual(answer(body));
    expect(standing).toBeNull();
  });

  it("longer than a transaction bears is refused, and nothing is written", () => {
    expect(() => keepAnswer(claim("too long"), answer(textOf(3_000_000)), nowMs, null)).toThrow(
      expect.objectContaining({ code: "payload_too_large", message: expect.stringContaining("Idempotency-Key") }),
    );
  });

  it("is kept once: who comes second changes no part of it", async () => {
    const of = claim("race");
    const [one, other] = [answer(textOf(600_000)), answer(textOf(900_000))];
    expect(await save(keepAnswer(of, one, nowMs, null))).toEqual({ committed: true });
    expect(await save(keepAnswer(of, other, nowMs, null))).toMatchObject({ committed: false, refused: 0 });
    expect((await keptRequest(of, nowMs)).kept?.answer).toEqual(one);
  });

  it("is over as a whole, and makes room for another, shorter or longer", async () => {
    const of = claim("again");
    let atMs = nowMs;
    for (const bytes of [600_000, 1_200_000, 600_000, 100]) {
      const { kept, standing } = await keptRequest(of, atMs);
      expect(kept).toBeNull();
      const body = textOf(bytes);
      expect(await save(keepAnswer(of, answer(body), atMs, standing))).toEqual({ committed: true });
      expect((await keptRequest(of, atMs)).kept?.answer?.body === body).toBe(true);
      atMs += (keptForSeconds + 1) * 1000;
    }
  });

  it("expires with all its parts, the first of them first", () => {
    const lives = keepAnswer(claim("lives"), answer(textOf(900_000)), nowMs, null).map((write) =>
      "item" in write ? Number(write.item.ttl) : 0,
    );
    expect(lives[0]).toBe(Math.floor(nowMs / 1000) + keptForSeconds);
    for (const life of lives.slice(1)) expect(life).toBeGreaterThan(lives[0] ?? 0);
  });
});
