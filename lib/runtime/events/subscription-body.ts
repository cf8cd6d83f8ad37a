import { urlRefusal } from "#contract/egress.ts";
import type { Violation } from "#domain/domain-error.ts";
import type { EventType } from "#domain/event.ts";
import type { SubscriptionInput } from "#domain/subscription.ts";
import { egressAllow } from "#runtime/egress/egress-allow.ts";
import { loadWorkflow } from "#store/workflows.ts";

/** A subscription as its routes take it. */
type SubscriptionBody = {
  url: string;
  event_types?: EventType[] | null | undefined;
  workflow_id?: string | null | undefined;
  description?: string | null | undefined;
};

/** What is wrong with the body of a subscription besides the shape of its members: where it leads. */
export function destinationViolations(sent: unknown): Violation[] {
  const { url } = (sent ?? {}) as Record<string, unknown>;
  const refusal = typeof url === "string" ? urlRefusal(url, egressAllow()) : null;
  return refusal === null ? [] : [{ path: "url", message: refusal }];
}

/**
 * What the body of a subscription says; its workflow by the id that never changes.
 *
 * @throws DomainError `resource_not_found` for a workflow that is not there.
 */
export async function subscriptionInput(body: SubscriptionBody): Promise<SubscriptionInput> {
  const { url, event_types = null, workflow_id: ref = null, description = null } = body;
  const workflowId = ref === null ? null : (await loadWorkflow(ref)).workflow.id;
  return { url, eventTypes: event_types, workflowId, description };
}
