import * as z from "zod";
import { type DomainError, errorCodes, type Violation } from "#domain/domain-error.ts";
import { createdAtMs, type IngestedRecord } from "#domain/record.ts";
import { errorTable } from "../errors.ts";
import { timeField, timeText } from "../fields.ts";
import { bodyBytesMaxDefault, defineRoute } from "../route.ts";
import { recordInput } from "./records.ts";

const index = z.int().min(0).meta({ description: "Which record of the body it is, from 0." });

const batchSchema = z
  .object({
    created: z.int().min(0),
    failed: z.int().min(0),
    results: z
      .array(
        z.union([
          z.object({
            index,
            status: z.literal(201),
            id: z.uuid(),
            created_at: timeField,
            version: z.int().min(1),
          }),
          z.object({
            index,
            status: z.int().min(400).max(599).meta({ description: "What `POST /records` would have answered." }),
            code: z.enum(errorCodes),
            message: z.string(),
            errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
          }),
        ]),
      )
      .meta({ description: "One for each record, in the order of the body." }),
  })
  .meta({ id: "RecordBatch" });

type RecordBatch = z.input<typeof batchSchema>;

/** What became of one record of a batch. */
export type RecordOutcome = { ok: true; record: IngestedRecord } | { ok: false; error: DomainError };

/** A thousand records with all their violations could make an answer too long to keep, or even to send. */
const shownErrorsMax = 3;
const shownErrorsBytesMax = 200_000;
const shownTextLengthMax = 200;

/** The outcomes of a batch as the answer shows them. Past 200 KB of `errors` a failure has its `message` alone. */
export function recordBatchView(outcomes: readonly RecordOutcome[]): RecordBatch {
  let errorsBytes = 0;
  const results = outcomes.map((outcome, at): RecordBatch["results"][number] => {
    if (outcome.ok) {
      const { record } = outcome;
      const created_at = timeText(createdAtMs(record));
      return { index: at, status: 201, id: record.id, created_at, version: record.version };
    }
    const { code, message, errors = [] } = outcome.error;
    const failure = { index: at, status: errorTable[code].status, code, message: shortened(message) };
    const shown = errors.slice(0, shownErrorsMax).map(shortenedViolation);
    errorsBytes += Buffer.byteLength(JSON.stringify(shown));
    return shown.length === 0 || errorsBytes > shownErrorsBytesMax ? failure : { ...failure, errors: shown };
  });
  const created = results.filter((result) => result.status === 201).length;
  return { created, failed: results.length - created, results };
}

function shortenedViolation({ path, message }: Violation): Violation {
  return { path: shortened(path), message: shortened(message) };
}

function shortened(text: string): string {
  return text.slice(0, shownTextLengthMax).toWellFormed();
}

/**
 * The answer is a 200 and not a 207: Multi-Status belongs to WebDAV and its XML body (RFC 4918, section 13), and says no
 * more than that one has to read the body, which `failed` says in one number.
 */
export const createRecords = defineRoute({
  id: "records.create_many",
  method: "POST",
  path: "/records/batch",
  summary: "Create up to 1,000 records",
  description:
    "Stores each record as if it had come alone, and says of each what became of it: a bad one does not spoil the others. The body is a JSON array, or a record a line. With an `Idempotency-Key` a batch can be repeated until no result is a 503, and stores each record once; its answer is kept then. While it runs a repeat is a 409 with `Retry-After`.",
  scope: "write",
  entries: { schema: recordInput, countMax: 1_000, bytesMax: bodyBytesMaxDefault },
  bodyTypes: ["application/json", "application/x-ndjson"],
  bodyBytesMax: 1024 * 1024,
  answers: {
    200: { description: "What became of each.", schema: batchSchema, headers: ["Idempotency-Replayed"] },
  },
  errors: [],
  grants: { table: ["GetItem", "PutItem"] },
  memoryMiB: 1024, // a thousand writes are work for a processor, of which a function has as much as memory
});

export const recordBatchRoutes = [createRecords] as const;
