import * as z from "zod";

/** How often a message is delivered before the queue gives it up. */
export const deliveriesMax = 5;

const request = { request_id: z.string() };

/**
 * What the queue carries: a hint that something is due. Losing one loses nothing, since the sweep sends it again; but for
 * `clear_run`, which its dead letter sends again.
 */
export const queueMessageSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("advance_job"), job_id: z.uuid(), ...request }),
  /** `fence` is that of the run when the message was sent: a dead letter tells by it whether anybody was there since. */
  z.object({ type: z.literal("advance_run"), run_id: z.uuid(), fence: z.int(), ...request }),
  /** What belonged to a run that is gone is to be removed. */
  z.object({ type: z.literal("clear_run"), run_id: z.uuid(), ...request }),
  /** A timer of an instance is due, or what belonged to one that is gone is to be removed. */
  z.object({ type: z.literal("advance_instance"), instance_id: z.uuid(), ...request }),
  z.object({ type: z.literal("deliver_event"), delivery_id: z.uuid(), ...request }),
]);

export type QueueMessage = z.infer<typeof queueMessageSchema>;

/** A message of one type. */
export type MessageOf<Type extends QueueMessage["type"]> = Extract<QueueMessage, { type: Type }>;
