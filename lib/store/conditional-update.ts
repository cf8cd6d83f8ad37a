import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import type { VersionCondition } from "#domain/version-condition.ts";
import { type ConditionalUpdate, type Item, transactWithUpdate, type Write, type WrittenBy } from "./commit.ts";
import type { Key } from "./keys.ts";
import { table, tableName } from "./table.ts";

/**
 * A change of one item where it is: attributes to set, those to set unless they have a value already, lists to add an
 * element to, and attributes to remove. The update adds version, write id and request.
 */
export type AttributeChange = {
  key: Key;
  set: Readonly<Record<string, unknown>>;
  setOnce: Readonly<Record<string, unknown>>;
  append: Readonly<Record<string, unknown>>;
  remove: readonly string[];
};

/** What a change stands on: one of these versions (null: any), and one of these values of `s`, which the item must have. */
export type ChangeCondition = { versions: VersionCondition; statuses: readonly string[] };

/** What became of a change: the item as it is now, or why not: what stands there (null: nothing). */
export type Changed = { changed: true; item: Item } | { changed: false; current: Item | null };

/** How many operands `IN` takes. */
const versionsPerConditionMax = 100;

/**
 * Changes an item without reading it first, in one request of one write unit a KB: the condition says all that must hold,
 * and the item that it refuses comes back, so that the caller can tell why. An answer lost on the wire is recognised as
 * one's own by its write id, of which the item keeps the last four, even when others have changed it since: the item is
 * then told as it is by now.
 *
 * @throws DomainError `service_unavailable` when transactions hold the item for longer than the retries last.
 */
export async function conditionalUpdate(
  change: AttributeChange,
  condition: ChangeCondition,
  by: WrittenBy,
): Promise<Changed> {
  return trying(condition, async (versions) => {
    const request = updateOf(change, { ...condition, versions }, by);
    return outcomeOf(by, () => table().send(new UpdateCommand({ ...request, ReturnValues: "ALL_NEW" })));
  });
}

/**
 * Changes an item likewise, and writes others along with it, all or nothing, for twice the units. A transaction does not
 * tell what it made: `reread` does.
 */
export async function conditionalUpdateWith(
  others: readonly Write[],
  change: AttributeChange,
  condition: ChangeCondition,
  by: WrittenBy,
  reread: () => Promise<Item | null>,
): Promise<Changed> {
  return trying(condition, async (versions) => {
    const outcome = await transactWithUpdate(updateOf(change, { ...condition, versions }, by), others, by);
    if (!outcome.committed) return { changed: false, current: outcome.current };
    const item = await reread();
    return item === null ? { changed: false, current: null } : { changed: true, item };
  });
}

/** Of more versions than a condition holds, the refused item tells which to try next. */
async function trying(
  { versions }: ChangeCondition,
  attempt: (versions: VersionCondition) => Promise<Changed>,
): Promise<Changed> {
  let tried = versions?.slice(0, versionsPerConditionMax) ?? null;
  for (;;) {
    const outcome = await attempt(tried);
    const current = outcome.changed ? null : (outcome.current?.v ?? null);
    if (tried === null || current === null || tried.includes(current) || !versions?.includes(current)) return outcome;
    tried = [current];
  }
}

function updateOf(change: AttributeChange, { versions, statuses }: ChangeCondition, by: WrittenBy): ConditionalUpdate {
  const { key, set, setOnce, append, remove } = change;
  const values: Record<string, unknown> = { ":one": 1, ":w": by.writeId, ":none": "", ":q": by.requestId };
  const names: Record<string, string> = { "#v": "v", "#w": "w", "#q": "q", "#s": "s" };
  const held = (value: unknown) => {
    const placeholder = `:x${Object.keys(values).length}`;
    values[placeholder] = value;
    return placeholder;
  };
  const named = (attribute: string) => {
    names[`#${attribute}`] = attribute;
    return `#${attribute}`;
  };
  const setting = [
    "#v = #v + :one",
    "#q = :q",
    // What is right of the equals signs is what the item had before: each write id moves on by one.
    "#w[0] = :w, #w[1] = #w[0], #w[2] = if_not_exists(#w[1], :none), #w[3] = if_not_exists(#w[2], :none)",
    ...Object.entries(set).map(([name, value]) => `${named(name)} = ${held(value)}`),
    ...Object.entries(setOnce).map(([name, value]) => {
      const attribute = named(name);
      return `${attribute} = if_not_exists(${attribute}, ${held(value)})`;
    }),
    ...Object.entries(append).map(([name, element]) => {
      const attribute = named(name);
      return `${attribute} = list_append(${attribute}, ${held([element])})`;
    }),
  ];
  const removing = remove.length === 0 ? "" : ` REMOVE ${remove.map(named).join(", ")}`;
  const isVersion =
    versions === null ? [] : versions.length === 0 ? ["#v = :none"] : [`#v IN (${versions.map(held).join(", ")})`];
  return {
    TableName: tableName(),
    Key: key,
    UpdateExpression: `SET ${setting.join(", ")}${removing}`,
    // Sent again after a lost answer it must not be made twice, whatever versions it may stand on.
    ConditionExpression: [`#s IN (${statuses.map(held).join(", ")})`, ...isVersion, "NOT contains(#w, :w)"].join(
      " AND ",
    ),
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: values,
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  };
}

async function outcomeOf(
  { writeId }: WrittenBy,
  send: () => Promise<{ Attributes?: Record<string, unknown> | undefined }>,
): Promise<Changed> {
  try {
    return { changed: true, item: (await send()).Attributes as Item };
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    const current = error.Item === undefined ? null : (unmarshall(error.Item) as Item);
    return current?.w?.includes(writeId) ? { changed: true, item: current } : { changed: false, current };
  }
}
