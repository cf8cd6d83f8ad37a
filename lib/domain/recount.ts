import { type CountedHead, counterName, countersOf, otherName, parseCounterName, type Tally } from "./tally.ts";

/** One counter that differs. */
export type Difference = { day: string; counter: string; counted: number; recounted: number };

/** Of all counters those whose hash leaves `index` when divided by `of`. */
type Part = { index: number; of: number };

/** Numbers by counter, whose names are cut before their last bar: most of them begin alike. */
type Found = Record<string, Record<string, number>>;

/**
 * The recount of a day: what was found so far of the first of `parts`, and where the list of heads goes on (null: at its
 * start, or it is read to its end). A day has one part, unless its counters are too many for a job's item.
 */
export type DayRecount = {
  day: string;
  parts: Part[];
  countedAsOfMs: number | null;
  position: string | null;
  isRead: boolean;
  found: Found;
  newestChangeMs: number;
  repairs: number;
};

/** A day in which something changed this recently may have changes the counters have not seen. */
const quietAfterMs = 5 * 60_000;
/** Older changes have left the stream, which keeps 24 h: they are counted, or never will be. */
const settledAfterMs = 25 * 3_600_000;
/** A job is one item of at most 400 KB, with its differences and keys. */
const foundBytesMax = 200_000;

/** A day of which nothing was read yet. */
export function newRecount(day: string, parts: Part[] = [{ index: 0, of: 1 }]): DayRecount {
  return {
    day,
    parts,
    countedAsOfMs: null,
    position: null,
    isRead: false,
    found: {},
    newestChangeMs: 0,
    repairs: 0,
  };
}

/**
 * The recount with some more heads. When it gets too long it starts again, in halves of the part.
 *
 * @param counted the day's counters as they were before these heads were read: which names count as `other`
 */
export function recountHeads(
  recount: DayRecount,
  page: { heads: readonly CountedHead[]; position: string | null },
  counted: { counters: ReadonlyMap<string, number>; asOfMs: number | null },
): DayRecount {
  const [part = { index: 0, of: 1 }, ...others] = recount.parts;
  const names = namesIn(counted.counters);
  const found = structuredClone(recount.found);
  for (const tally of page.heads.flatMap((head) => head.tally ?? [])) {
    for (const counter of countersOf(underCountedNames(tally, names))) if (isIn(part, counter)) add(found, counter);
  }
  if (bytesOf(found) > foundBytesMax) return newRecount(recount.day, [...halvesOf(part), ...others]);
  const countedAsOfMs = recount.position === null ? counted.asOfMs : recount.countedAsOfMs;
  const newestChangeMs = Math.max(recount.newestChangeMs, ...page.heads.map((head) => head.changedAtMs));
  const { position } = page;
  return { ...recount, found, newestChangeMs, countedAsOfMs, position, isRead: position === null };
}

/**
 * Compares a finished recount with the day's counters, which were read before and after it. A difference is `moving`
 * when the counters changed meanwhile, are behind the newest change found, or something changed just now. `settled`
 * tells that the stream can bring nothing of this day any more, so that what lacks can be added without counting twice.
 */
export function compareDay(
  recount: DayRecount,
  counted: { counters: ReadonlyMap<string, number>; asOfMs: number | null },
  nowMs: number,
): { result: "agree" | "differ" | "moving"; settled: boolean; differences: Difference[] } {
  const expected = withoutExpired(counted.counters);
  const found = foundIn(recount);
  const part = recount.parts[0] ?? { index: 0, of: 1 };
  const names = [...new Set([...expected.keys(), ...found.keys()])].filter((counter) => isIn(part, counter));
  const differences = names.flatMap((counter) => {
    const [was, is] = [expected.get(counter) ?? 0, found.get(counter) ?? 0];
    return was === is ? [] : [{ day: recount.day, counter, counted: was, recounted: is }];
  });
  const changedMs = Math.max(recount.newestChangeMs, counted.asOfMs ?? 0);
  const settled = changedMs <= nowMs - settledAfterMs;
  if (differences.length === 0) return { result: "agree", settled, differences };
  const behind = recount.newestChangeMs > (counted.asOfMs ?? 0) && !settled;
  const moving = behind || counted.asOfMs !== recount.countedAsOfMs || changedMs > nowMs - quietAfterMs;
  return { result: moving ? "moving" : "differ", settled, differences };
}

/** What was found, by the counters' names. */
export function foundIn({ found }: DayRecount): Map<string, number> {
  return new Map(
    Object.entries(found).flatMap(([start, ends]) =>
      Object.entries(ends).map(([end, count]) => [`${start}${end}`, count] as const),
    ),
  );
}

/** What should be in the table: all that was counted, but for what time took off since. */
function withoutExpired(counters: ReadonlyMap<string, number>): Map<string, number> {
  const expected = new Map<string, number>();
  for (const [name, count] of counters) {
    const parsed = parseCounterName(name);
    if (parsed === null) continue;
    const counter = counterName(parsed.dimension, parsed.status, parsed.value);
    expected.set(counter, (expected.get(counter) ?? 0) + (parsed.expired ? -count : count));
  }
  return expected;
}

/** The names that counters know, each after its dimension. */
function namesIn(counters: ReadonlyMap<string, number>): Set<string> {
  const parsed = [...counters.keys()].map(parseCounterName);
  return new Set(parsed.map((counter) => `${counter?.dimension}|${counter?.value}`));
}

/** Names that the counters do not know by name are in their `other`. */
function underCountedNames(tally: Tally, names: ReadonlySet<string>): Tally {
  const values = Object.entries(tally.values).map(([dimension, value]) => {
    const known = names.has(`${dimension}|${value}`) || !names.has(`${dimension}|${otherName}`);
    return [dimension, known ? value : otherName];
  });
  return { ...tally, values: Object.fromEntries(values) };
}

function add(found: Found, counter: string): void {
  const at = counter.lastIndexOf("|"); // what follows begins with the bar, so that it is no member that objects have
  const [start, end] = [counter.slice(0, at), counter.slice(at)];
  const ends = found[start] ?? {};
  found[start] = ends;
  ends[end] = (ends[end] ?? 0) + 1;
}

function bytesOf(found: Found): number {
  return new TextEncoder().encode(JSON.stringify(found)).length;
}

function halvesOf({ index, of }: Part): Part[] {
  return [
    { index, of: of * 2 },
    { index: index + of, of: of * 2 },
  ];
}

function isIn({ index, of }: Part, counter: string): boolean {
  return of === 1 || hashOf(counter) % of === index;
}

/** FNV-1a. Any hash would do that is the same everywhere. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
