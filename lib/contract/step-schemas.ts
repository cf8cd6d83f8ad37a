import type * as z from "zod";
import { createSchema } from "zod-openapi";
import { type StepTypeName, stepTypeNames, stepTypes } from "#domain/steps/step-types.ts";
import { configSchemaName } from "./step-fields.ts";

type Schema = { readonly [member: string]: unknown };

/** What the document says of a type of step besides the schema of its configuration. */
type StepDocument = { config: string; members: Readonly<Record<string, string>>; output: Schema };

/** This alone is for the document, and for it alone: no other function carries it. */
const documents: Readonly<Record<StepTypeName, StepDocument>> = {
  delay: {
    config: "Waits, which costs nothing.",
    members: {},
    output: {
      type: "object",
      description: "What a wait puts out.",
      properties: {
        type: { const: "delay" },
        duration: { type: ["number", "string"], description: "As the configuration says it." },
        message: { type: "string", examples: ["Delayed for 2 seconds"] },
      },
      required: ["type", "duration", "message"],
    },
  },
  webhook: {
    config:
      "Sends a request. An answer with one of `success_codes` is a success. Any other, and none within the step's `timeout`, is a failed attempt, which is repeated as `retry` says, and no sooner than a `Retry-After` of the answer asks: seconds or an HTTP date, 24 hours at most.",
    members: {
      url: "Where to: a public address, when it is saved and when it is sent. Redirects are not followed.",
      method: "GET, HEAD, POST, PUT, PATCH or DELETE, in any case; POST when not given.",
      headers: "Texts, numbers, true or false, by name. Their values alone may hold secrets: `{{ secrets.NAME }}`.",
      body: "Sent as JSON; a text is sent as it stands. GET and HEAD have none.",
      success_codes:
        "1 to 50 statuses such as 204, classes such as `2xx` and ranges such as `300-304`, the lower one first.",
    },
    output: {
      type: "object",
      description:
        "What a webhook puts out. An answer of over 64 KiB is cut there, whatever it was: `response_data` is then text, `truncated` is true, and the step is a success.",
      properties: {
        type: { const: "webhook" },
        status_code: { type: "integer" },
        response_data: {
          description:
            "The answer's body: what it says where it is JSON, else its text. Numbers that JavaScript would alter are texts of their digits.",
        },
        url: { type: "string" },
        method: { type: "string" },
        truncated: { const: true, description: "Set where the answer was longer than 64 KiB." },
      },
      required: ["type", "status_code", "response_data", "url", "method"],
    },
  },
};

/** Schemas of the OpenAPI document for what types of steps take and put out, made of the types' own. */
export function stepSchemas(): Record<string, Schema> {
  const outputNames = stepTypeNames.map((name) => `${titled(name)}Output`);
  return {
    ...Object.fromEntries(stepTypeNames.map((name) => [configSchemaName(name), configSchema(name)])),
    ...Object.fromEntries(stepTypeNames.map((name, at) => [outputNames[at], documents[name].output])),
    StepOutput: { anyOf: outputNames.map(referenceTo), description: "What a step puts out, by its type." },
    Template: {
      type: "string",
      pattern: "\\{\\{|\\{%|\\$\\{",
      description:
        "A text with paths, `{{ payload.user }}`, or one that is an expression, `{% $sum(payload.items.price) %}`. What takes its place is checked when the step runs.",
    },
  };
}

function configSchema(name: StepTypeName): Schema {
  const { schema } = createSchema(stepTypes[name].config as z.ZodType, { io: "input" });
  const { config: description, members } = documents[name];
  const config = schema as Schema;
  const properties = Object.entries(templatedMembers(config)).map(([member, each]) => {
    const said = members[member] === undefined ? {} : { description: members[member] };
    return [member, { ...each, ...said }];
  });
  return { ...config, description, properties: Object.fromEntries(properties) };
}

function templatedMembers({ properties = {} }: Schema): Record<string, Schema> {
  return Object.fromEntries(Object.entries(properties as Schema).map(([name, each]) => [name, templated(each)]));
}

/**
 * The schema of a value that a template may stand for, or for a part of it. How many items a list has is known once its
 * templates are filled in.
 */
function templated(value: unknown): Schema {
  const { description, default: otherwise, minItems: _min, maxItems: _max, ...schema } = value as Schema;
  const { properties, additionalProperties, items } = schema;
  const inner = {
    ...schema,
    ...(properties === undefined ? {} : { properties: templatedMembers(schema) }),
    ...(isSchema(additionalProperties) ? { additionalProperties: templated(additionalProperties) } : {}),
    ...(isSchema(items) ? { items: templated(items) } : {}),
  };
  return {
    ...(takesAnyText(schema) ? inner : { anyOf: [inner, referenceTo("Template")] }),
    ...(description === undefined ? {} : { description }),
    ...(otherwise === undefined ? {} : { default: otherwise }),
  };
}

function isSchema(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

/** True where a text is taken whatever it says, and so one with templates. */
function takesAnyText({ type, anyOf, ...bounds }: Schema): boolean {
  if (Array.isArray(anyOf)) return anyOf.some((each) => takesAnyText(each as Schema));
  if (type === undefined) return Object.keys(bounds).length === 0;
  const isBound = ["minLength", "maxLength", "pattern", "format", "enum", "const"].some((name) => name in bounds);
  return [type].flat().includes("string") && !isBound;
}

function titled(name: string): string {
  return `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
}

function referenceTo(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}
