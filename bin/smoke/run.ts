import { randomInt, randomUUID } from "node:crypto";

/** A record as answers show it, as far as the checks look. */
export type SmokeRecord = { id: string; status: "pending" | "processed" | "failed"; category: string; version: number };

/** One run of the checks against one service, and what it has made there. */
export type Run = {
  base: URL;
  key: string | null; // null: no key is sent
  /** An origin that the service allows. */
  origin: string;
  id: string;
  category: string;
  /** Every record made and not deleted, as last seen. */
  made: Map<string, SmokeRecord>;
};

/** The service counts so many categories by name and never gives a name up: a run takes one of a few, not a new one. */
const categories = 64;

/** A run of its own category, as far as no other run is on the way in the same one. */
export function newRun(base: URL, given: { key: string; corsOrigins: string }): Run {
  const category = `smoke-${String(randomInt(categories)).padStart(2, "0")}`;
  const key = given.key === "" ? null : given.key;
  return { base, key, origin: allowedOrigin(given.corsOrigins), id: randomUUID(), category, made: new Map() };
}

/** The first of `CORS_ORIGINS`, or any where it names none. */
function allowedOrigin(corsOrigins: string): string {
  const [first = ""] = corsOrigins.split(",").map((origin) => origin.trim());
  return first === "" || first.includes("*") ? "https://smoke.example" : first;
}
