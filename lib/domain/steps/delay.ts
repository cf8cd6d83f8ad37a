import * as z from "zod";
import { parseDurationSeconds } from "#domain/duration.ts";
import { advised } from "#domain/violation-message.ts";
import type { StepType } from "./step-type.ts";

/** The longest wait of one step: a year of 366 days. */
export const delaySecondsMax = 366 * 86_400;

const advice = "must be seconds, such as 2, or an ISO 8601 duration, such as PT15M or P30D, of at most a year";

const config = z.object({
  duration: z
    .union([z.number(), z.string()], { error: advised(advice) })
    .transform((value, context) => {
      const seconds = typeof value === "number" ? value : parseDurationSeconds(value);
      if (seconds !== null && seconds >= 0 && seconds <= delaySecondsMax) return { said: value, seconds };
      context.addIssue({ code: "custom", message: advice });
      return z.NEVER;
    })
    .meta({ description: "Seconds, or an ISO 8601 duration, up to a year.", override: { type: ["number", "string"] } }),
});

/** Waits. It costs nothing while it does. */
export const delay: StepType<z.output<typeof config>> = {
  config,
  begin: ({ duration }, nowMs) => ({ kind: "wait", untilMs: nowMs + Math.round(duration.seconds * 1000) }),
  settle: ({ duration }) => ({
    ok: true,
    output: { type: "delay", duration: duration.said, message: `Delayed for ${spoken(duration)}` },
  }),
};

function spoken({ said, seconds }: { said: number | string; seconds: number }): string {
  return typeof said === "string" ? said : `${seconds} second${seconds === 1 ? "" : "s"}`;
}
