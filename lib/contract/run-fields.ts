import * as z from "zod";
import { parseRunStatus, runStatuses } from "#domain/run.ts";

/** A status of runs in a query, in any case. */
export const runStatusParam = z
  .string()
  .transform((text, context) => {
    const status = parseRunStatus(text);
    if (status !== null) return status;
    context.addIssue({ code: "custom", message: `must be one of ${runStatuses.join(", ")}` });
    return z.NEVER;
  })
  .optional()
  .meta({ description: "Only this status, in any case.", override: { type: "string", enum: [...runStatuses] } });
