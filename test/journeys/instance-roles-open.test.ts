import { expect, it } from "vitest";
import { action, state } from "#test/machines.ts";
import { makeApiKey } from "#test/make-api-key.ts";
import { startService } from "#test/service.ts";

const apiKey = "the-key-of-the-deployment";
const service = await startService({ settings: { API_KEY: apiKey } });
const headers = { "x-api-key": apiKey };
const json = {
  id: "asked",
  states: [state("open", { is_initial: true }), state("shut")],
  actions: [action("shut", "open", "shut", { roles: ["trigger"] })],
};
await service.call("POST", "/api/definitions", { json, headers });
const { id } = (await service.call("POST", "/api/instances", { json: { definition_id: "asked" }, headers })).body;

it("where reads are open an instance is shown as who calls may use it, and to others as blocked", async () => {
  const trigger = await makeApiKey(["trigger"]);
  const told = async (sent: Record<string, string>) => {
    const [whole, actions] = await Promise.all(
      [`/api/instances/${id}`, `/api/instances/${id}/actions`].map((path) =>
        service.call("GET", path, { headers: sent }),
      ),
    );
    expect([whole?.status, actions?.status]).toEqual([200, 200]);
    expect(actions?.body.available_actions).toEqual(whole?.body.available_actions);
    return [whole?.body.available_actions.length, whole?.headers.get("etag")];
  };
  expect(await told(headers)).toEqual([1, '"1"']);
  expect(await told({ "x-api-key": trigger })).toEqual([1, '"1"']);
  for (const sent of [{}, { "x-api-key": "wrong" }, { authorization: "Bearer nothing" }]) {
    expect(await told(sent)).toEqual([0, expect.stringMatching(/^"1\./)]);
  }
});
