import * as z from "zod";
import { defineRoute } from "../route.ts";

const result = z.object({ result: z.unknown().meta({ description: "What it gives, of its type." }) });

export const previewExpression = defineRoute({
  id: "expressions.preview",
  method: "POST",
  path: "/api/v1/expressions/preview",
  summary: "Try an expression or a template on data",
  description:
    "Gives what an expression (JSONata, as between `{%` and `%}`) or a template (any JSON with `{{ paths }}` and " +
    "`{% expressions %}`) makes of the data, just as a step would get it. What is refused, or gives nothing, is a 422 " +
    "that says why. Nothing is stored.",
  scope: "read",
  body: z
    .object({
      expression: z.string().optional().meta({ description: "A JSONata expression, at most 1,000 characters." }),
      template: z.unknown().optional().meta({ description: "A JSON value with templates; in place of `expression`." }),
      data: z.record(z.string(), z.unknown()).meta({ description: "What paths and expressions begin with." }),
    })
    .refine((body) => (body.expression === undefined) !== (body.template === undefined), {
      message: "must have either expression or template",
    })
    .meta({
      id: "ExpressionPreviewInput",
      examples: [{ template: "Hello {{ payload.user }}", data: { payload: { user: "demo" } } }],
    }),
  bodyBytesMax: 64 * 1024,
  answers: { 200: { description: "What it gives.", schema: result.meta({ id: "ExpressionResult" }) } },
  errors: [],
  grants: { table: ["GetItem"] },
});

export const expressionRoutes = [previewExpression] as const;
