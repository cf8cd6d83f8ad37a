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
    ["a token with it as Cognito writes it", () => token({ "cognito:groups": ["approver"] })],
    ["a token with it as Keycloak writes it", () => token({ realm_access: { roles: ["approver"] } })],
    [
      "a token with it as Auth0 writes it, and its scopes as Okta does",
      () => {
        return token({ scope: undefined, scp: ["read", "write"], permissions: ["approver"] });
      },
    ],
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
    expect(granted.body.history[0].by).toMatch(headers.authorization === undefined ? /^[\w-]{8,}$/ : /^jwt:/);
  });
});

describe("the scope trigger", () => {
  it("200 suffices to start, execute and comment, and 403 for what makes or changes definitions", async () => {
    const headers = await key("read", "trigger");
    const id = (
      await service.call("POST", "/api/instances", { json: { definition_id: "asked", data: { ready: true } }, headers })
    ).body.id;
    expect((await grant(id, headers)).status).toBe(200);
    const json = { comment: "granted" };
    expect((await service.call("POST", `/api/instances/${id}/comments`, { json, headers })).status).toBe(200);
    const definition = { json: { id: "own", states, actions }, headers };
    expect((await service.call("POST", "/api/definitions", definition)).status).toBe(403);
    expect((await service.call("POST", `/api/instances/${id}/migrate`, { json: {}, headers })).status).toBe(403);
  });

  it("403 forbidden without it for who defines hooks, by which others would trigger runs", async () => {
    const hooked = [{ ...actions[0], hook: { workflow_id: "any" } }];
    const json = { id: "hooked", states, actions: hooked };
    const refused = await service.call("POST", "/api/definitions", { json, headers: await key("read", "write") });
    const message = "A definition with hooks needs the scope trigger as well.";
    expect(refused).toMatchObject({ status: 403, body: { code: "forbidden", message } });
    const made = await service.call("POST", "/api/definitions", { json, headers: await key("write", "trigger") });
    expect(made.status).toBe(201);
    const put = { json: { ...json, name: "other" }, headers: { ...(await key("write")), "if-match": '"1"' } };
    expect((await service.call("PUT", "/api/definitions/hooked", put)).status).toBe(403);
  });
});
