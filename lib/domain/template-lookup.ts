import { unreachableNames } from "./template-syntax.ts";

/** What a path names; where it names nothing, how much of it is there, and what that is. */
export type Found = { found: true; value: unknown } | { found: false; reached: readonly string[]; last: unknown };

/** What a missing path's message may list of the members that are there. */
const listedNamesMax = 8;
const listedLengthMax = 200;

/** Looks up a path: own properties of objects and indexes of arrays alone, so that nothing but data is reached. */
export function lookUp(scope: Readonly<Record<string, unknown>>, path: readonly string[]): Found {
  let value: unknown = scope;
  for (const [depth, name] of path.entries()) {
    const member = memberOf(value, name);
    if (member === undefined) return { found: false, reached: path.slice(0, depth), last: value };
    value = member;
  }
  return { found: true, value };
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || unreachableNames.has(name)) return undefined;
  if (Array.isArray(value) && !/^(?:0|[1-9]\d*)$/.test(name)) return undefined;
  return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}

/** Says of a path which part of it is there, and what could be named instead. */
export function missingMessage(path: readonly string[], { reached, last }: Extract<Found, { found: false }>): string {
  const missing = path.slice(0, reached.length + 1);
  return reached.length === 0
    ? `names ${dotted(missing)}, which is not there: a path may begin with ${members(last)}`
    : `names ${dotted(missing)}, which is not there: ${dotted(reached)} is ${described(last)}`;
}

/** A path as a person would write it. */
export function dotted(path: readonly string[]): string {
  return path.map((name) => name.slice(0, 64).toWellFormed()).join(".");
}

function described(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return `an array of ${value.length}`;
  return typeof value === "object" ? `an object with ${members(value)}` : `a ${typeof value}`;
}

function members(value: unknown): string {
  const names = Object.keys(value as object);
  const listed = names.slice(0, listedNamesMax).join(", ").slice(0, listedLengthMax).toWellFormed();
  if (names.length === 0) return "no members";
  return names.length > listedNamesMax ? `${listed}, ...` : listed;
}
