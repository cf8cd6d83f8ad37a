import * as z from "zod";
import { functionNameOf, localArn } from "../aws-names.ts";
import { ignored, physicalName, resourceKind } from "./resource-kind.ts";

const unitMs = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** A `rate(...)` expression, as milliseconds. */
export const rate = z.string().transform((expression, context) => {
  const [, count, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  if (count !== undefined && unit !== undefined) return Number(count) * unitMs[unit as keyof typeof unitMs];
  context.addIssue({ code: "custom", message: `only rate(n minutes|hours|days) is understood, not ${expression}` });
  return z.NEVER;
});

/** Whether a schedule or a rule is on. */
export const state = z.enum(["ENABLED", "DISABLED"]).default("ENABLED");

/** `AWS::Scheduler::Schedule` with a function as its target. */
export const schedule = resourceKind({
  type: "AWS::Scheduler::Schedule",
  file: "schedule.ts",
  properties: z.strictObject({
    Name: z.string().optional(),
    ScheduleExpression: rate,
    State: state,
    Target: z.strictObject({
      Arn: z.string(),
      Input: z.string().optional(),
      RoleArn: ignored("what may invoke a function here is this process alone"),
      RetryPolicy: ignored("a tick that fails waits for the next one"),
      DeadLetterConfig: ignored("a tick that fails waits for the next one"),
    }),
    FlexibleTimeWindow: ignored("ticks are on time here"),
    ScheduleExpressionTimezone: ignored("a rate has no time zone"),
    GroupName: ignored("a label"),
    Description: ignored("a label"),
  }),
  identify: (context) => {
    const name = physicalName(context, "Name");
    return { ref: name, attributes: { Arn: localArn("scheduler", `schedule/default/${name}`) } };
  },
  interpret: (properties, { ref, attributes }, model) => {
    if (properties.State === "DISABLED") return;
    model.schedules.push({
      name: ref,
      arn: attributes.Arn ?? "",
      source: "aws.scheduler",
      everyMs: properties.ScheduleExpression,
      functionName: functionNameOf(properties.Target.Arn),
      input: properties.Target.Input ?? null,
    });
  },
});
