import * as z from "zod";
import { parseDurationSeconds } from "#domain/duration.ts";
import { advised } from "#domain/violation-message.ts";
import { nameField } from "./fields.ts";

const descriptionLengthMax = 2_000;
/** The longest that an instance may wait for what happens by itself. */
const waitDaysMax = 3_650;

/** What a definition, a state or an action is called. */
export function partName(example: string) {
  return nameField("What it is called; its `id` when left out.", example).nullish();
}

export const partDescription = z
  .string()
  .refine((text) => [...text].length <= descriptionLengthMax, `must be at most ${descriptionLengthMax} characters`)
  .nullish()
  .meta({ override: { type: ["string", "null"], maxLength: descriptionLengthMax } });

export const partEnabled = z.boolean().nullish().meta({
  description:
    "Whether it may be used; it holds for every version of the definition at once. Left out: true, and in a change as it is.",
});

const waitAdvice = `must be whole seconds from 1, such as 3600, or an ISO 8601 duration, such as PT1H, of at most ${waitDaysMax} days`;

/** How long an instance is in a state before something happens by itself, in seconds. */
export const waitField = z
  .union([z.number(), z.string()], { error: advised(waitAdvice) })
  .transform((value, context) => {
    const seconds = typeof value === "number" ? value : parseDurationSeconds(value);
    if (seconds !== null && Number.isInteger(seconds) && seconds >= 1 && seconds <= waitDaysMax * 86_400)
      return seconds;
    context.addIssue({ code: "custom", message: waitAdvice });
    return z.NEVER;
  })
  .meta({
    description: "Whole seconds, or an ISO 8601 duration.",
    examples: [3_600, "P3D"],
    override: { type: ["number", "string"] },
  });

/** How long, in answers. */
export const waitSeconds = z.int().min(1).meta({ description: "Seconds." });
