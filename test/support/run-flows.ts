import { expect } from "vitest";
import type { Receiver } from "./receiver.ts";
import type { TestService } from "./service.ts";

type Json = Record<string, unknown>;

/** Ways to have runs of a service under test whose webhooks lead to a receiver. */
export function runFlows(service: TestService, receiver: Receiver) {
  let made = 0;
  return {
    /** A step that sends to the receiver, once. */
    hook: (name: string, config: Json = {}, more: Json = {}): Json => ({
      name,
      type: "webhook",
      config: { url: `${receiver.url}/step/${name}`, ...config },
      retry: { max_attempts: 1 },
      ...more,
    }),
    /** A step that waits so many seconds. */
    delay: (name: string, duration: number): Json => ({ name, type: "delay", config: { duration } }),
    /** Creates a workflow of some steps, and gives its id. */
    workflow: async (steps: Json[], more: Json = {}): Promise<string> => {
      const json = { id: `flow-${++made}`, name: "Flow", steps, ...more };
      const created = await service.call("POST", "/api/v1/workflows", { json });
      expect(created.status, JSON.stringify(created.body)).toBe(201);
      return created.body.workflow_id;
    },
    /** Triggers a run, and gives its id. */
    trigger: async (workflowId: string, payload: Json = {}, more: Json = {}): Promise<string> => {
      const json = { workflow_id: workflowId, payload, ...more };
      const answer = await service.call("POST", "/api/v1/trigger", { json });
      expect(answer.status, JSON.stringify(answer.body)).toBe(202);
      return answer.body.run_id;
    },
  };
}
