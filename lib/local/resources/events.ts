import { z } from "zod";
import { functionNameOf, localArn } from "../aws-names.ts";
import { ignored, physicalName, resourceKind } from "./resource-kind.ts";
import { rate, state } from "./schedule.ts";

/** `AWS::Events::EventBus`. */
export const eventBus = resourceKind({
  type: "AWS::Events::EventBus",
  file: "events.ts",
  properties: z.strictObject({
    Name: z.string(),
    Description: ignored("a label"),
    DeadLetterConfig: ignored("an event that matches nothing is dropped"),
    KmsKeyIdentifier: ignored("nothing is stored"),
    LogConfig: ignored("logs of AWS"),
    Policy: ignored("only one account"),
    Tags: ignored("labels for AWS"),
  }),
  identify: (context) => {
    const name = physicalName(context, "Name");
    return { ref: name, attributes: { Arn: localArn("events", `event-bus/${name}`), Name: name } };
  },
  interpret: (_, { ref, attributes }, model) => model.buses.push({ name: ref, arn: attributes.Arn ?? "" }),
});

/** `AWS::Events::Rule`, on a schedule with functions as its targets, or on a pattern with functions or queues. */
export const rule = resourceKind({
  type: "AWS::Events::Rule",
  file: "events.ts",
  properties: z.strictObject({
    Name: z.string().optional(),
    ScheduleExpression: rate.optional(),
    EventPattern: z.record(z.string(), z.unknown()).optional(),
    EventBusName: z.string().default("default"),
    State: state,
    Targets: z
      .array(
        z.strictObject({
          Id: z.string(),
          Arn: z.string(),
          Input: z.string().optional(),
          RoleArn: ignored("what may invoke a function here is this process alone"),
          RetryPolicy: ignored("a failed delivery is not repeated"),
          DeadLetterConfig: ignored("a failed delivery is not repeated"),
        }),
      )
      .default([]),
    Description: ignored("a label"),
    Tags: ignored("labels for AWS"),
  }),
  identify: (context) => {
    const name = physicalName(context, "Name");
    return { ref: name, attributes: { Arn: localArn("events", `rule/${name}`) } };
  },
  interpret: (properties, { ref, attributes }, model) => {
    if (properties.State === "DISABLED") return;
    if (properties.EventPattern !== undefined) {
      model.rules.push({
        name: ref,
        // A bus is named by its name or its ARN.
        busName: properties.EventBusName.split("/").at(-1) ?? "",
        pattern: JSON.stringify(properties.EventPattern),
        targetArns: properties.Targets.map(({ Arn }) => Arn),
      });
    }
    if (properties.ScheduleExpression === undefined) return;
    for (const target of properties.Targets) {
      model.schedules.push({
        name: properties.Targets.length > 1 ? `${ref}/${target.Id}` : ref,
        arn: attributes.Arn ?? "",
        source: "aws.events",
        everyMs: properties.ScheduleExpression,
        functionName: functionNameOf(target.Arn),
        input: target.Input ?? null,
      });
    }
  },
});
