import * as z from "zod";
import { DomainError, errorCodes } from "#domain/domain-error.ts";
import { parseCondition } from "#domain/etag.ts";
import { type VersionCondition, versionsIn } from "#domain/version-condition.ts";
import { itemStatuses, type WorkItem } from "#domain/work-item.ts";
import { errorTable } from "../errors.ts";
import { itemStatusField } from "../item-fields.ts";
import { defineRoute } from "../route.ts";

/** A move that is asked for; `versions`: those that the item may have. */
export type AskedTransition = { id: string; status: WorkItem["status"]; versions: VersionCondition };

const ifMatchField = z
  .string()
  .transform((text, context) => {
    try {
      return versionsIn(parseCondition(text, "If-Match"));
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      context.addIssue({ code: "custom", message: 'must be * or quoted entity tags such as "7", separated by commas' });
      return z.NEVER;
    }
  })
  .meta({ description: "What the header `If-Match` would say.", examples: ['"3"'] });

const transitionInput = z
  .object({
    id: z.string().meta({ description: "The item's id.", override: { format: "uuid" } }),
    status: itemStatusField("What it is to become, in any case."),
    if_match: ifMatchField.nullish(),
    version: z.int().min(1).nullish().meta({ description: "Or the version that it must still have." }),
  })
  .refine(({ if_match, version }) => if_match == null || version == null, {
    path: ["version"],
    message: "must not come with if_match: send one of both",
  })
  .transform(
    ({ id, status, if_match = null, version = null }): AskedTransition => ({
      id,
      status,
      versions: version === null ? if_match : [version],
    }),
  )
  .meta({ id: "TransitionInput", examples: [{ status: "IN_PROGRESS", version: 1 }] });

const index = z.int().min(0).meta({ description: "Which entry of the body it is, from 0." });

const transitionsSchema = z
  .object({
    changed: z.int().min(0),
    failed: z.int().min(0),
    results: z
      .array(
        z.union([
          z.object({
            index,
            status: z.literal(200),
            id: z.uuid(),
            item_status: z.enum(itemStatuses),
            version: z.int().min(1),
          }),
          z.object({
            index,
            status: z
              .int()
              .min(400)
              .max(599)
              .meta({ description: "What `PUT /workflow_items/{id}` would have answered." }),
            code: z.enum(errorCodes),
            message: z.string(),
            errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
          }),
        ]),
      )
      .meta({ description: "One for each entry, in the order of the body." }),
  })
  .meta({ id: "Transitions" });

type Transitions = z.input<typeof transitionsSchema>;

/** What became of one entry. */
export type TransitionOutcome =
  | { ok: true; id: string; status: WorkItem["status"]; version: number }
  | { ok: false; error: DomainError };

const shownErrorsMax = 3;
const shownTextLengthMax = 200;

/** The outcomes as the answer shows them. */
export function transitionsView(outcomes: readonly TransitionOutcome[]): Transitions {
  const results = outcomes.map((outcome, at): Transitions["results"][number] => {
    if (outcome.ok) {
      return { index: at, status: 200, id: outcome.id, item_status: outcome.status, version: outcome.version };
    }
    const { code, message, errors } = outcome.error;
    const failure = { index: at, status: errorTable[code].status, code, message: shortened(message) };
    if (errors === undefined) return failure;
    const shown = errors.slice(0, shownErrorsMax);
    return {
      ...failure,
      errors: shown.map((each) => ({ path: shortened(each.path), message: shortened(each.message) })),
    };
  });
  const changed = results.filter(({ status }) => status === 200).length;
  return { changed, failed: results.length - changed, results };
}

function shortened(text: string): string {
  return text.slice(0, shownTextLengthMax).toWellFormed();
}

export const changeItems = defineRoute({
  id: "items.transitions",
  method: "POST",
  path: "/workflow_items/transitions",
  summary: "Change the status of up to 100 work items",
  description:
    "Judges each entry as if it had come alone, and says of each what became of it. Entries of one item are made in their order. With an `Idempotency-Key` it can be repeated until no result is a 503, and makes each change once; its answer is kept then. While it runs a repeat is a 409 with `Retry-After`.",
  scope: "write",
  entries: { schema: transitionInput, countMax: 100, bytesMax: 8 * 1024 },
  answers: {
    200: { description: "What became of each.", schema: transitionsSchema, headers: ["Idempotency-Replayed"] },
  },
  errors: [],
  grants: { table: ["GetItem", "PutItem", "UpdateItem", "DeleteItem"] },
});

export const itemTransitionRoutes = [changeItems] as const;
