import { actionTo, type ItemAction, type ItemInput, type ItemStatus } from "./work-item.ts";

/** The members whose values a history keeps. Of a description it keeps that it was sent, since it may be long. */
type Kept = Omit<ItemInput, "description"> & { status: ItemStatus };

/** What a command set, and when, by whom. Each makes a version, which is its place. */
export type ItemEvent = {
  version: number;
  atMs: number;
  by: string;
  set: Partial<Kept>;
  describes: boolean;
};

/** What an item was after an event. */
export type ItemFacts = Kept;

/** A member that got another value; of a description the values are not kept. */
export type MemberChange =
  | { member: "title" | "assignee"; from: string | null; to: string | null }
  | { member: "due_at"; from: number | null; to: number | null }
  | { member: "description"; from: null; to: null };

/** An event as it is told: what was before it, too. */
export type ToldEvent = {
  version: number;
  atMs: number;
  by: string;
  action: "create" | "update" | ItemAction;
  fromStatus: ItemStatus | null;
  toStatus: ItemStatus;
  changes: MemberChange[];
};

const nothing = { title: null, assignee: null, dueAtMs: null, status: null };

/** What an item is after an event. @param before what it was; null: it was not there */
export function factsAfter(before: ItemFacts | null, { set }: ItemEvent): ItemFacts {
  const unset: ItemFacts = { title: "", assignee: null, dueAtMs: null, status: "CREATED" };
  return { ...(before ?? unset), ...set };
}

/** Tells events that follow one another. @param before what the item was before the first; null: it was not there */
export function told(events: readonly ItemEvent[], before: ItemFacts | null): ToldEvent[] {
  let was = before;
  return events.map((event) => {
    const is = factsAfter(was, event);
    const entry = toldEvent(event, was, is);
    was = is;
    return entry;
  });
}

function toldEvent({ version, atMs, by, describes }: ItemEvent, before: ItemFacts | null, is: ItemFacts): ToldEvent {
  const was = before ?? nothing;
  const changes: (MemberChange | null)[] = [
    was.title === is.title ? null : { member: "title", from: was.title, to: is.title },
    describes ? { member: "description", from: null, to: null } : null,
    was.assignee === is.assignee ? null : { member: "assignee", from: was.assignee, to: is.assignee },
    was.dueAtMs === is.dueAtMs ? null : { member: "due_at", from: was.dueAtMs, to: is.dueAtMs },
  ];
  const moved = was.status !== is.status;
  return {
    version,
    atMs,
    by,
    action: before === null ? "create" : ((moved ? actionTo(is.status) : null) ?? "update"),
    fromStatus: was.status,
    toStatus: is.status,
    changes: changes.filter((change) => change !== null),
  };
}
