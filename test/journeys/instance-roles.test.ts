import { describe, expect, it } from "vitest";
import type { GrantedScope } from "#domain/scope.ts";
import { makeApiKey } from "#test/make-api-key.ts";
import { startService } from "#test/service.ts";
import { audience, startTokenIssuer } from "#test/token-issuer.ts";

const issuer = await startTokenIssuer();
const settings = { READS_OPEN: "false", JWT_ISSUER: issuer.url, JWT_AUDIENCE: audience };
const service = await startService({ settings });

type Headers = Record<string, string>;
const key = async (...scopes: GrantedScope[]): Promise<Headers> => ({ "x-api-key": await makeApiKey(scopes) });
const token = async (claims: Record<string, unknown>): Promise<Headers> => ({
  authorization: `Bearer ${await issuer.token({ scope: "read write", ...claims })}`,
});

const admin = await key("admin");
const states = [{ id: "asked", is_initial: true }, { id: "granted" }];
const actions = [
  { id: "grant", from_states: ["asked"], to_state: "granted", roles: ["approver", "trigger"], guard: "data.ready" },
];
await service.call("POST", "/api/definitions", { json: { id: "asked", states, actions }, headers: admin });
const start = async (ready = true): Promise<string> =>
  (await service.call("POST", "/api/instances", { json: { definition_id: "asked", data: { ready } }, headers: admin }))
    .body.id;
const grant = async (id: string, headers: Headers) =>
  service.call("POST", `/api/instances/${id}/actions/grant`, { headers });

describe("an action that needs a role", () => {
  it.each([
    ["a key without the scope", () => key("read", "write")],
    ["a token without the claim", () => token({ roles: ["reader"], groups: "approver" })],
  ])("403 forbidden for %s, to whom it is shown as blocked", async (_, made) => {
    const id = await start(false);
    const headers = await made();
    const refused = await grant(id, headers);
    const message = "Action grant needs one of the roles approver, trigger.";
    expect(refused).toMatchObject({ status: 403, body: { code: "forbidden", message } });
    const { body } = await service.call("GET", `/api/instances/${id}`, { headers });
    expect(body.blocked_actions).toMatchObject([{ id: "grant", reason: "role_missing", message }]);
  });

  it.each([
    ["a key with the scope", () => key("read", "write", "trigger")],
    ["a key that may do everything", () => key("admin")],
    ["a token with it among its roles", () => token({ roles: ["reader", "approver"] })],
    ["a token with it among its groups", () => token({ groups: ["approver"] })],
    ["a token with it as a scope", () => token({ scope: "read write approver" })],
  ])("200 for %s, whose guard holds all the same, and whom the history names", async (_, made) => {
    const headers = await made();
    const unready = await start(false);
    expect(await grant(unready, headers)).toMatchObject({ status: 409, body: { code: "state_conflict" } });
    const id = await start();
    const { body } = await service.call("GET", `/api/instances/${id}/actions`, { headers });
    expect(body.available_actions).toMatchObject([{ id: "grant" }]);
    const granted = await grant(id, headers);
    expect(granted).toMatchObject({ status: 200, body: { current_state_id: "granted" } });
    expect(granted.body.history[0].by).not.toBe("anonymous");
  });
});
