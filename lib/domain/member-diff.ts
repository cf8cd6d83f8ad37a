import { sameJson } from "./same-json.ts";

/** A member that says something else in two values; undefined where one does not have it. */
export type ChangedMember = { member: string; from: unknown; to: unknown };

/** How two lists of things with ids differ: whole things that were added or removed, and members that changed. In which order they stand says nothing. */
export type ListDiff<Thing> = {
  added: Thing[];
  removed: Thing[];
  changed: { id: string; members: ChangedMember[] }[];
};

/** The members that differ between two objects. */
export function changedMembers(from: object, to: object): ChangedMember[] {
  const [before, after] = [new Map(Object.entries(from)), new Map(Object.entries(to))];
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((member) => !sameJson(before.get(member), after.get(member)))
    .map((member) => ({ member, from: before.get(member), to: after.get(member) }));
}

/** How two lists differ, by the ids of what is in them. */
export function listDiff<Thing extends { id: string }>(from: readonly Thing[], to: readonly Thing[]): ListDiff<Thing> {
  const [before, after] = [byId(from), byId(to)];
  return {
    added: to.filter(({ id }) => !before.has(id)),
    removed: from.filter(({ id }) => !after.has(id)),
    changed: to.flatMap((thing) => {
      const members = changedMembers(before.get(thing.id) ?? thing, thing);
      return members.length === 0 ? [] : [{ id: thing.id, members }];
    }),
  };
}

function byId<Thing extends { id: string }>(things: readonly Thing[]): Map<string, Thing> {
  return new Map(things.map((thing) => [thing.id, thing]));
}
