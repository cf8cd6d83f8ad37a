import { expect } from "vitest";
import type { TestService } from "./service.ts";

type Json = Record<string, unknown>;

/** What tests do with definitions and instances of a service. */
export function machinesOf(service: TestService) {
  const start = async (definitionId: string, more: Json = {}): Promise<string> => {
    const answer = await service.call("POST", "/api/instances", { json: { definition_id: definitionId, ...more } });
    expect(answer.status, JSON.stringify(answer.body)).toBe(201);
    return answer.body.id;
  };
  return {
    start,
    define: async (id: string, states: Json[], actions: Json[], more: Json = {}): Promise<string> => {
      const answer = await service.call("POST", "/api/definitions", {
        json: { id, name: id, states, actions, ...more },
      });
      expect(answer.status, JSON.stringify(answer.body)).toBe(201);
      return id;
    },
    execute: (id: string, action: string, json?: Json, headers: Record<string, string> = {}) =>
      service.call("POST", `/api/instances/${id}/actions/${action}`, {
        headers,
        ...(json === undefined ? {} : { json }),
      }),
    get: async (id: string) => (await service.call("GET", `/api/instances/${id}`)).body,
    /** The whole history, the oldest entry first. */
    history: async (id: string): Promise<Json[]> => {
      const items: Json[] = [];
      let cursor = "";
      do {
        const path = `/api/instances/${id}/history?limit=7${cursor}`;
        const { body } = await service.call("GET", path);
        items.unshift(...body.items.reverse());
        cursor = body.next_cursor === null ? "" : `&cursor=${encodeURIComponent(body.next_cursor)}`;
      } while (cursor !== "");
      return items;
    },
  };
}

/** A state named by its id. */
export function state(id: string, more: Json = {}): Json {
  return { id, name: id, ...more };
}

/** An action named by its id. */
export function action(id: string, from: string | string[], to: string, more: Json = {}): Json {
  return { id, name: id, from_states: [from].flat(), to_state: to, ...more };
}
