import { beforeAll, describe, expect, it } from "vitest";
import { routes } from "#contract/routes.ts";
import { action, state } from "#test/machines.ts";
import { startReceiver } from "#test/receiver.ts";
import { startService } from "#test/service.ts";

const receiver = await startReceiver();
const service = await startService({ clock: "virtual", settings: { EGRESS_ALLOW: receiver.address } });

/** Ids of one's own that a path does not hold as they are. */
const oddIds = {
  definition: `50% <of> "Ünï" 🎉 ?a=1&b#c;d,e+f`,
  instance: "%2F%zz {id} $& | ^ ` ~ !'()*[]@:=",
};

const paged = routes.filter(({ answers }) => answers[200]?.headers?.includes("Link"));

/** What to put in place of the parameters of each path. */
const idsByPath: Record<string, string> = {
  "/api/definitions/{id}/versions": oddIds.definition,
  "/api/instances/{id}/history": oddIds.instance,
  "/api/v1/workflows/{id}/versions": "links.flow",
};

beforeAll(async () => {
  const made = async (path: string, json: unknown) => {
    const { status, body } = await service.call("POST", path, { json });
    expect(status, JSON.stringify(body)).toBeLessThan(300);
    return body;
  };
  const change = async (path: string, json: unknown) =>
    expect(await service.call("PUT", path, { json, headers: { "if-match": "*" } })).toMatchObject({ status: 200 });

  for (const category of ["a", "b", "c"]) await made("/records", { source: "s", category, payload: {} });

  for (const title of ["a", "b", "c"])
    idsByPath["/workflow_items/{id}/history"] = (await made("/workflow_items", { title })).id;
  for (const title of ["d", "e"])
    await change(`/workflow_items/${idsByPath["/workflow_items/{id}/history"]}`, { title });

  for (const name of ["A", "B", "C"])
    await service.call("PUT", `/api/v1/secrets/${name}`, { json: { value: "a-value-of-some" } });

  for (const turn of [1, 2, 3])
    idsByPath["/api/v1/subscriptions/{id}/deliveries"] = (
      await made("/api/v1/subscriptions", { url: `${receiver.url}/events`, description: `${turn}` })
    ).id;
  await service.clock.advance(31_000); // until every process knows of them

  const flow = { name: "Flow", steps: [{ name: "wait", type: "delay", config: { duration: 0 } }] };
  for (const id of ["links.flow", "other.flow"]) await made("/api/v1/workflows", { id, ...flow });
  for (const name of ["Next", "Last"]) await change("/api/v1/workflows/links.flow", { ...flow, name });
  for (let turn = 0; turn < 3; turn++)
    idsByPath["/api/v1/runs/{id}/timeline"] = (await made("/api/v1/trigger", { workflow_id: "links.flow" })).run_id;
  await service.settle();

  const machine = { states: [state("open", { is_initial: true })], actions: [action("stay", "open", "open")] };
  for (const id of [oddIds.definition, "other"]) await made("/api/definitions", { id, ...machine });
  for (const name of ["Next", "Last"])
    await change(`/api/definitions/${encodeURIComponent(oddIds.definition)}`, { ...machine, name });
  for (const id of [oddIds.instance, "other"]) await made("/api/instances", { definition_id: "other", id });
  for (const comment of ["a", "b", "c"])
    await made(`/api/instances/${encodeURIComponent(oddIds.instance)}/comments`, { comment });
  await service.settle();
}, 60_000);

/** Every item of a list, by way of its links, one a page; and how many links there were. */
async function follow(path: string): Promise<{ items: unknown[]; links: string[] }> {
  const items: unknown[] = [];
  const links: string[] = [];
  for (let next: string | null = `${path}?limit=1`; next !== null && links.length < 100; ) {
    const page: Awaited<ReturnType<typeof service.call>> = await service.call("GET", next);
    expect(page.status, `${next}: ${JSON.stringify(page.body)}`).toBe(200);
    items.push(...page.body.items);
    next = page.headers.get("link")?.match(/^<([^>]+)>; rel="next"$/)?.[1] ?? null;
    expect(next === null).toBe(page.body.next_cursor === null);
    if (next !== null) links.push(next);
  }
  return { items, links };
}

describe('Link: rel="next" leads through the whole list', () => {
  it.each(paged.map(({ path }) => path))("of %s, with and without a trailing slash", async (template) => {
    const path = template.replaceAll(/\{\w+\}/g, () => encodeURIComponent(idsByPath[template] ?? ""));
    for (const at of [path, `${path}/`]) {
      const whole = await service.call("GET", `${at}?limit=200`);
      expect(whole.body.items.length, at).toBeGreaterThan(1);
      const { items, links } = await follow(at);
      expect(items).toEqual(whole.body.items);
      for (const link of links) expect(link.split("?")[0]).toBe(at);
    }
  });

  it("keeps the filters, and leaves out the offset, which the cursor holds", async () => {
    const { headers } = await service.call("GET", "/records?source=s&offset=1&sort_order=asc&limit=1");
    expect(headers.get("link")).toMatch(/^<\/records\?source=s&sort_order=asc&limit=1&cursor=[^&>]+>; rel="next"$/);
  });
});
