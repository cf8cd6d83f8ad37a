import * as z from "zod";
import { secretNamePattern } from "#domain/secret-name.ts";
import { pageOf, pageParams, timeField, timeText } from "../fields.ts";
import { headerValue } from "../header-value.ts";
import { defineRoute } from "../route.ts";

const valueBytesMax = 4_096;
const valueLengthMin = 8;
const tooShort = `must have at least ${valueLengthMin} characters: it is made unreadable wherever an answer holds it, and a shorter one stands in answers by chance`;
const notSendable =
  "must hold no line break, control character or one beyond Latin-1, which no header can carry: encode it, in base64 say";

const params = z.object({
  name: z.string().meta({
    description: "1 to 64 capital letters, digits and _, beginning with a letter.",
    examples: ["API_TOKEN"],
    override: { pattern: secretNamePattern.source },
  }),
});

const secretSchema = z
  .object({ name: z.string(), updated_at: timeField })
  .meta({ id: "Secret", description: "A secret's name. Its value is never told." });

/** A secret as lists show it. */
export function secretView(secret: { name: string; updatedAtMs: number }): z.input<typeof secretSchema> {
  return { name: secret.name, updated_at: timeText(secret.updatedAtMs) };
}

export const putSecret = defineRoute({
  id: "secrets.put",
  method: "PUT",
  path: "/api/v1/secrets/{name}",
  summary: "Store a secret, or its next value",
  description:
    "Webhooks may send it in their headers, as `{{ secrets.NAME }}`. It can be replaced and deleted, never read. Runs use another value after a minute at the latest.",
  scope: "admin",
  params,
  body: z
    .object({
      value: z
        .string()
        .min(valueLengthMin, tooShort)
        .regex(headerValue, notSendable)
        .refine((text) => Buffer.byteLength(text) <= valueBytesMax, `must be at most ${valueBytesMax} bytes in UTF-8`)
        .meta({
          description: "What a header may hold: no line break, no control character, none beyond Latin-1.",
          writeOnly: true,
          override: { maxLength: valueBytesMax },
        }),
    })
    .meta({ id: "SecretInput" }),
  answers: { 204: { description: "Stored.", schema: null } },
  errors: [],
  grants: { secrets: ["PutParameter"] },
});

export const listSecrets = defineRoute({
  id: "secrets.list",
  method: "GET",
  path: "/api/v1/secrets",
  summary: "List the names of secrets",
  scope: "admin",
  query: z.object(pageParams),
  answers: { 200: { description: "A page, by name.", schema: pageOf(secretSchema, "SecretPage"), headers: ["Link"] } },
  errors: ["invalid_cursor"],
  grants: { secrets: ["GetParametersByPath"], table: ["GetItem", "PutItem"] },
});

export const deleteSecret = defineRoute({
  id: "secrets.delete",
  method: "DELETE",
  path: "/api/v1/secrets/{name}",
  summary: "Delete a secret",
  description: "Steps that name it fail from then on, after a minute at the latest.",
  scope: "admin",
  params,
  answers: { 204: { description: "Deleted.", schema: null } },
  errors: ["resource_not_found"],
  grants: { secrets: ["DeleteParameter"] },
});

export const secretRoutes = [putSecret, listSecrets, deleteSecret] as const;
