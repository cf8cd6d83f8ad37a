import type { LocalRuntime } from "#local/local-runtime.ts";
import { fillRecords, type Spread } from "./fill-records.ts";
import type { Line } from "./line.ts";
import { type Client, type Cost, clientOf, measure } from "./measure.ts";

const few = 100;
const many = 1_000_000;
const spreadMs = 90 * 86_400_000;
const times = 20;

type Reads = { summary: Cost; firstPage: Cost; deepestPage: Cost };
type Page = { items: { id: string }[]; next_cursor: string | null };

/**
 * What reads cost with a million records over a hundred. The hundred are the oldest of the million, so the cursor of
 * their second and last page is, later on, that of the last of 20,000 pages, and it is the service that gave it.
 */
export async function volumeLines(runtime: LocalRuntime): Promise<Line[]> {
  const client = clientOf(runtime);
  const spread: Spread = { firstMs: Date.now() - spreadMs, spacingMs: spreadMs / many };
  await fill(runtime, client, spread, 0, few);
  const { next_cursor: cursor } = (await client("GET", "/records?limit=50")) as Page;
  const deepest = `/records?limit=50&cursor=${cursor}`;
  const last = await lastPage(client, deepest);
  const atFew = await reads(runtime, client, deepest);
  await fill(runtime, client, spread, few, many);
  if ((await lastPage(client, deepest)) !== last) throw new Error("The deepest page is no longer the same.");
  const atMany = await reads(runtime, client, deepest);
  return [
    ...linesOf("summary", atFew.summary, atMany.summary, 1.1),
    ...linesOf("first_page", atFew.firstPage, atMany.firstPage, 1.2),
    ...linesOf("deepest_cursor_page", atFew.deepestPage, atMany.deepestPage, 1.2),
  ];
}

/** Fills the table, waits for the stream to count all of it, and checks that it did. */
async function fill(runtime: LocalRuntime, client: Client, spread: Spread, from: number, to: number): Promise<void> {
  const startedAt = performance.now();
  await fillRecords(runtime.endpoints.dynamodb, spread, from, to);
  await runtime.settle();
  const { total_records: counted } = (await client("GET", "/reports/summary")) as { total_records: number };
  if (counted !== to) throw new Error(`${to} records were written and ${counted} counted.`);
  const seconds = Math.round((performance.now() - startedAt) / 1_000);
  process.stderr.write(`  ${to} records written and counted in ${seconds} s\n`);
}

/** The ids of a page that must be full, and the last: behind it is nothing. */
async function lastPage(client: Client, path: string): Promise<string> {
  const { items, next_cursor } = (await client("GET", path)) as Page;
  const behind =
    next_cursor === null ? [] : ((await client("GET", `/records?limit=50&cursor=${next_cursor}`)) as Page).items;
  if (items.length !== 50 || behind.length > 0) throw new Error("The cursor leads to another page than the last.");
  return items.map(({ id }) => id).join(" ");
}

async function reads(runtime: LocalRuntime, client: Client, deepest: string): Promise<Reads> {
  return {
    summary: await measure(runtime, times, () => client("GET", "/reports/summary")),
    firstPage: await measure(runtime, times, () => client("GET", "/records?limit=50")),
    deepestPage: await measure(runtime, times, () => client("GET", deepest)),
  };
}

function linesOf(name: string, atFew: Cost, atMany: Cost, budget: number): Line[] {
  const told = [
    ["read_units", "RRU"],
    ["entries", "entries"],
    ["requests", "requests"],
    ["ms", "ms"],
  ] as const;
  return [
    { name: `volume.${name}.read_units.ratio`, value: atMany.readUnits / atFew.readUnits, unit: "x", budget },
    ...told.flatMap(([member, unit]) => {
      const key = member === "read_units" ? "readUnits" : member;
      return [
        { name: `volume.${name}.${member}.at_100`, value: atFew[key], unit },
        { name: `volume.${name}.${member}.at_1000000`, value: atMany[key], unit },
      ];
    }),
  ];
}
