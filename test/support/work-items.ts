import type { Answer } from "./conformance.ts";
import type { TestService } from "./service.ts";

type Answered = Promise<Answer & { body: any }>;

/** What tests ask of work items. */
export function workItems(service: TestService) {
  const one = (id: string) => `/workflow_items/${id}`;
  return {
    create: (json: object = { title: "Prepare the invoice" }, headers: Record<string, string> = {}): Answered =>
      service.call("POST", "/workflow_items", { json, headers }),
    get: (id: string): Answered => service.call("GET", one(id)),
    /** @param ifMatch null: without the header */
    put: (id: string, json: unknown, ifMatch: string | null = "*"): Answered =>
      service.call("PUT", one(id), { json, headers: ifMatch === null ? {} : { "if-match": ifMatch } }),
    remove: (id: string, ifMatch: string | null = null): Answered =>
      service.call("DELETE", one(id), { headers: ifMatch === null ? {} : { "if-match": ifMatch } }),
    list: async (query: string): Promise<any> => (await service.call("GET", `/workflow_items?${query}`)).body,
    /** Every entry of an item's history, by way of its pages. */
    history: async (id: string, limit = 200): Promise<any[]> => {
      const entries: any[] = [];
      for (let cursor: string | null = ""; cursor !== null; ) {
        const from = cursor === "" ? "" : `&cursor=${cursor}`;
        const { body } = await service.call("GET", `${one(id)}/history?limit=${limit}${from}`);
        entries.push(...body.items);
        cursor = body.next_cursor as string | null;
      }
      return entries;
    },
  };
}
