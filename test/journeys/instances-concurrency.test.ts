import { expect, it } from "vitest";
import { action, machinesOf, state } from "#test/machines.ts";
import { startService } from "#test/service.ts";

const service = await startService();
const { define, start, execute, history } = machinesOf(service);

it("200 once and 412 99 times in each of 100 rounds of 100 with the same ETag; versions follow one another", async () => {
  await define("round", [state("open", { is_initial: true })], [action("again", "open", "open")]);
  const id = await start("round");
  for (let version = 1; version <= 100; version++) {
    const again = () => execute(id, "again", {}, { "if-match": `"${version}"` });
    const byStatus = Map.groupBy(await Promise.all(Array.from({ length: 100 }, again)), ({ status }) => status);
    expect(byStatus.get(200)).toHaveLength(1);
    expect(byStatus.get(412)).toHaveLength(99);
  }
  expect((await history(id)).map(({ version }) => version)).toEqual(Array.from({ length: 100 }, (_, at) => at + 2));
}, 300_000);
