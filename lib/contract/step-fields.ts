import * as z from "zod";
import { parseDurationSeconds } from "#domain/duration.ts";
import { isReservedName, isStepName, stepNameAdvice } from "#domain/step-name.ts";
import { type StepTypeName, stepTypeNames } from "#domain/steps/step-types.ts";
import { advised } from "#domain/violation-message.ts";
import { type RetryOn, type RetryPolicy, type Step, stepDefaults } from "#domain/workflow.ts";

/** The longest that one attempt of a step may take. */
const timeoutSecondsMax = 30;
const backoffSecondsMax = 86_400;

const stepName = z
  .string()
  .refine(isStepName, { message: stepNameAdvice, abort: true })
  .refine((text) => !isReservedName(text), "is a name that JavaScript has taken: choose another")
  .meta({ description: "Unique within the workflow: 1 to 64 letters, digits, _ or -.", examples: ["notify"] });

const timeoutAdvice = `must be seconds above 0, such as 10, or an ISO 8601 duration, such as PT10S, of at most ${timeoutSecondsMax} seconds`;

const timeout = z
  .union([z.number(), z.string()], { error: timeoutAdvice })
  .transform((value, context) => {
    const seconds = typeof value === "number" ? value : parseDurationSeconds(value);
    if (seconds !== null && seconds > 0 && seconds <= timeoutSecondsMax) return seconds;
    context.addIssue({ code: "custom", message: timeoutAdvice });
    return z.NEVER;
  })
  .meta({
    description: `How long an attempt may take: seconds, or an ISO 8601 duration, at most ${timeoutSecondsMax} seconds.`,
    examples: [stepDefaults.timeoutSeconds],
    override: { type: ["number", "string"] },
  });

const backoffAdvice = `must be seconds from 0 to ${backoffSecondsMax}, or a list of 1 to 20 of them`;
const backoffSeconds = z.number().min(0, backoffAdvice).max(backoffSecondsMax, backoffAdvice);
const backoff = z.union([backoffSeconds, z.array(backoffSeconds).min(1).max(20)], { error: backoffAdvice }).meta({
  description:
    "Seconds before the second attempt, doubled for each further one up to an hour; or a list with each wait, whose last goes on.",
  examples: [1, [1, 10, 60]],
});

const retryOnAdvice = "must be timeout, network, 4xx, 5xx, or a status such as 503";
const retryOn = z
  .array(z.union([z.enum(["timeout", "network", "4xx", "5xx"]), z.int().min(100).max(599)], { error: retryOnAdvice }))
  .max(20)
  .meta({
    description: "Which failures are worth another attempt; null: all but a refused address.",
    examples: [["5xx"]],
  });

const retry = z
  .object({
    max_attempts: z
      .int()
      .min(1)
      .max(20)
      .nullish()
      .meta({ examples: [stepDefaults.retry.maxAttempts] }),
    backoff: backoff.nullish(),
    jitter: z.boolean().nullish().meta({
      description: "Whether each wait of over a second is shortened by chance, to whole seconds, by half at most.",
    }),
    retry_on: retryOn.nullish(),
  })
  .transform(
    (sent): RetryPolicy => ({
      maxAttempts: sent.max_attempts ?? stepDefaults.retry.maxAttempts,
      backoffSeconds: sent.backoff ?? stepDefaults.retry.backoffSeconds,
      jitter: sent.jitter ?? stepDefaults.retry.jitter,
      retryOn: sent.retry_on ?? stepDefaults.retry.retryOn,
    }),
  )
  .meta({
    id: "RetryInput",
    description:
      "How attempts follow each other; what is left out has its default. A `Retry-After` of the other side, of 24 hours at most, is kept to where it is later.",
  });

const config = z
  .record(z.string(), z.unknown())
  .meta({ description: "What the step does, as its `type` wants it. Texts may hold templates." });

const type = z.enum(stepTypeNames as [StepTypeName, ...StepTypeName[]], {
  error: advised(`must be one of the types of steps: ${stepTypeNames.join(", ")}`),
});
const onError = z.enum(["fail", "continue"], { error: "must be fail or continue" });

/** The name of the schema in the OpenAPI document that says what a type of step takes: see `step-schemas.ts`. */
export function configSchemaName(type: StepTypeName): string {
  return `${type.slice(0, 1).toUpperCase()}${type.slice(1)}Config`;
}

/** Which configuration goes with which type. Whoever checks a step is told by its type, more kindly than by a union. */
const byType = {
  oneOf: stepTypeNames.map((name) => ({
    title: name,
    properties: { type: { const: name }, config: { $ref: `#/components/schemas/${configSchemaName(name)}` } },
    required: ["config"],
  })),
};

/** A step as a client sends it. */
export const stepInput = z
  .object({
    name: stepName,
    type,
    config: config.nullish(),
    retry: retry.nullish(),
    timeout: timeout.nullish(),
    on_error: onError.nullish().meta({ description: "Whether the run fails with the step, or goes on without it." }),
  })
  .transform(
    (sent): Step => ({
      name: sent.name,
      type: sent.type,
      config: sent.config ?? {},
      retry: sent.retry ?? stepDefaults.retry,
      timeoutSeconds: sent.timeout ?? stepDefaults.timeoutSeconds,
      onError: sent.on_error ?? stepDefaults.onError,
    }),
  )
  .meta({ id: "StepInput", override: byType });

/** A step in answers: what was left out has its default. It can be sent back as it is. */
export const stepSchema = z
  .object({
    name: z.string(),
    type,
    config,
    retry: z.object({
      max_attempts: z.int(),
      backoff: z.union([z.number(), z.array(z.number())]),
      jitter: z.boolean(),
      retry_on: z.array(z.union([z.string(), z.int()])).nullable(),
    }),
    timeout: z.number().meta({ description: "Seconds." }),
    on_error: onError,
  })
  .meta({ id: "Step", override: byType });

/** A step as answers show it. */
export function stepView({ name, type, config, retry, timeoutSeconds, onError }: Step): z.input<typeof stepSchema> {
  return {
    name,
    type,
    config,
    retry: {
      max_attempts: retry.maxAttempts,
      backoff: typeof retry.backoffSeconds === "number" ? retry.backoffSeconds : [...retry.backoffSeconds],
      jitter: retry.jitter,
      retry_on: retry.retryOn === null ? null : [...(retry.retryOn as readonly RetryOn[])],
    },
    timeout: timeoutSeconds,
    on_error: onError,
  };
}
