import * as z from "zod";

/** What the queue carries: a hint that something is due. Losing one loses nothing, since the sweep sends it again. */
export const queueMessageSchema = z.object({
  type: z.literal("advance_job"),
  job_id: z.uuid(),
  request_id: z.string(),
});

export type QueueMessage = z.infer<typeof queueMessageSchema>;
