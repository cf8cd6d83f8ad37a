import type { Context, DynamoDBStreamEvent } from "aws-lambda";
import { expect, it, vi } from "vitest";
import { DomainError } from "#domain/domain-error.ts";
import { streamOfEach } from "#runtime/stream.ts";

vi.spyOn(process.stdout, "write").mockReturnValue(true);
vi.spyOn(process.stderr, "write").mockReturnValue(true);

const context = { getRemainingTimeInMillis: () => 60_000 } as Context;
const busy = new DomainError("service_unavailable", "busy");

/** A batch with a change for each name; its sequence number is its place, counted from 1. */
function batch(...names: string[]): DynamoDBStreamEvent {
  const records = names.map((name, at) => ({
    dynamodb: { Keys: { pk: { S: name } }, SequenceNumber: String(at + 1) },
  }));
  return { Records: records };
}

/** What became of a batch whose changes fail so, first when they are applied and then afterwards. */
async function outcomeOf(failing: string[], failingAfterwards: string[] = []) {
  const seen = { applied: [] as string[], afterwards: [] as string[], remainingMs: 0 };
  const failures = (names: string[]) => new Map(names.map((name) => [name, busy]));
  const handler = streamOfEach("test", ({ pk }) => pk, {
    apply: async (names, budget) => {
      Object.assign(seen, { applied: names, remainingMs: budget.remainingMs() });
      return failures(failing);
    },
    afterwards: async (names) => {
      seen.afterwards = names;
      return failures(failingAfterwards);
    },
  });
  const { batchItemFailures } = await handler(batch("a", "b", "c", "d"), context);
  return { ...seen, comesAgain: batchItemFailures.map(({ itemIdentifier }) => itemIdentifier) };
}

it("a batch that went well is applied whole, then what follows it is done", async () => {
  const all = ["a", "b", "c", "d"];
  expect(await outcomeOf([])).toEqual({ applied: all, afterwards: all, remainingMs: 60_000, comesAgain: [] });
});

it("from the first change that there was no room or time for the batch comes again, and nothing follows it or a later one", async () => {
  expect(await outcomeOf(["c", "b"])).toMatchObject({ afterwards: ["a"], comesAgain: ["2"] });
  expect(await outcomeOf(["a"])).toMatchObject({ afterwards: [], comesAgain: ["1"] });
});

it("what follows a change may fail too: then the batch comes again from that", async () => {
  expect(await outcomeOf([], ["b"])).toMatchObject({ comesAgain: ["2"] });
  expect(await outcomeOf(["d"], ["b"])).toMatchObject({ afterwards: ["a", "b", "c"], comesAgain: ["2"] });
});
