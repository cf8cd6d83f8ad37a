import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseUuid, uuid7, uuid7Ceiling, uuid7Floor, uuid7Shard, uuid7TimeMs, uuidNeighbour } from "#domain/uuid7.ts";

const timeMs = fc.integer({ min: 0, max: 2 ** 48 - 1 });
const random = fc.uint8Array({ minLength: 10, maxLength: 10 });
const shard = fc.integer({ min: 0, max: 255 });
const someId = fc.tuple(timeMs, random, shard).map((parts) => uuid7(...parts));

describe("a version 7 id", () => {
  it("is the one of RFC 9562, appendix A.6, for its time and random bits", () => {
    const bytes = Uint8Array.from([0x0c, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f]);
    expect(uuid7(0x017f22e279b0, bytes, 0x8f)).toBe("017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
  });

  it("has its version, its variant, its time and its shard, whatever the random bytes", () => {
    fc.assert(
      fc.property(timeMs, random, shard, (time, bytes, shardNumber) => {
        const id = uuid7(time, bytes, shardNumber);
        expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(uuid7TimeMs(id)).toBe(time);
        expect(Number.parseInt(uuid7Shard(id), 16)).toBe(shardNumber);
      }),
    );
  });

  it("sorts by its time, whatever the random bytes and shards", () => {
    fc.assert(
      fc.property(someId, someId, (a, b) => {
        fc.pre(uuid7TimeMs(a) !== uuid7TimeMs(b));
        expect(a < b).toBe(uuid7TimeMs(a) < uuid7TimeMs(b));
      }),
    );
  });
});

describe("the bounds of a millisecond", () => {
  it("hold every id of that millisecond and none of another", () => {
    fc.assert(
      fc.property(someId, fc.oneof(fc.integer({ min: -1, max: 1 }), timeMs), (id, apart) => {
        const time = Math.min(Math.abs(uuid7TimeMs(id) - apart), 2 ** 48 - 1);
        expect(id >= uuid7Floor(time)).toBe(uuid7TimeMs(id) >= time);
        expect(id <= uuid7Ceiling(time)).toBe(uuid7TimeMs(id) <= time);
      }),
    );
  });

  it.each([
    ["before the epoch", -62_167_219_200_000, uuid7Floor(0), uuid7Ceiling(0)],
    ["past 2^48", Number.MAX_SAFE_INTEGER, uuid7Floor(2 ** 48 - 1), uuid7Ceiling(2 ** 48 - 1)],
  ])("%s are those of the nearest time an id can have", (_, time, floor, ceiling) => {
    expect([uuid7Floor(time), uuid7Ceiling(time)]).toEqual([floor, ceiling]);
  });
});

describe("the neighbour of an id", () => {
  it.each([
    ["018f0000-0000-7000-8000-000000000000", 1, "018f0000-0000-7000-8000-000000000001"],
    ["018f0000-0000-7000-8000-000000000000", -1, "018f0000-0000-7000-7fff-ffffffffffff"],
    ["018f0000-0000-7fff-ffff-ffffffffffff", 1, "018f0000-0000-8000-0000-000000000000"],
    ["00000000-0000-0000-0000-000000000001", -1, "00000000-0000-0000-0000-000000000000"],
  ] as const)("of %s by %i is %s", (id, step, neighbour) => {
    expect(uuidNeighbour(id, step)).toBe(neighbour);
  });

  it("lies on its side of the id, with no id between, and leads back", () => {
    fc.assert(
      fc.property(someId, someId, (id, other) => {
        const [before, after] = [uuidNeighbour(id, -1), uuidNeighbour(id, 1)];
        expect(before < id && id < after).toBe(true);
        expect(other <= before || other === id || other >= after).toBe(true);
        expect([uuidNeighbour(before, 1), uuidNeighbour(after, -1)]).toEqual([id, id]);
      }),
    );
  });
});

describe("reading an id", () => {
  it("takes any case and gives the lower one", () => {
    expect(parseUuid("018F0000-0000-7ABC-8000-00000000000A")).toBe("018f0000-0000-7abc-8000-00000000000a");
  });

  it.each([
    "",
    "1",
    "018f000000007abc800000000000000a",
    "{018f0000-0000-7abc-8000-00000000000a}",
    "018f0000-0000-7abc-8000-00000000000g",
    "018f0000-0000-7abc-8000-00000000000a\n",
    " 018f0000-0000-7abc-8000-00000000000a",
    "018f0000-0000-7abc-8000-00000000000a\r\nx: y",
  ])("refuses %j", (text) => {
    expect(parseUuid(text)).toBeNull();
  });
});
