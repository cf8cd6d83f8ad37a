import * as z from "zod";
import type { Happening, JournalEntry, StoredOutput } from "#domain/journal.ts";
import type { FailureCause } from "#domain/steps/step-type.ts";

/** An entry as it is stored: short names, since every byte of a head is billed at every write, and no number of its own. */
const entrySchema = z.object({
  y: z.enum(["attempt", "done", "failed", "end", "pause", "resume", "cancel", "retry"]),
  t: z.number(), // when, in milliseconds
  s: z.string().optional(), // step
  n: z.number().optional(), // attempt, when not the first
  d: z.number().optional(), // milliseconds since it started
  o: z.unknown().optional(), // output
  k: z.string().optional(), // object key of a long output
  z: z.number().optional(), // and its bytes
  e: z.string().optional(), // error
  c: z.union([z.string(), z.number()]).optional(), // cause of the failure
  r: z.number().optional(), // retry at
  g: z.boolean().optional(), // the run goes on without the step
  w: z.enum(["SUCCESS", "FAILED"]).optional(), // how the run ended
  b: z.string().optional(), // by whom
  f: z.string().optional(), // from which step
  v: z.number().optional(), // version of the definition
  a: z.number().optional(), // that of before
  p: z.boolean().optional(), // with another payload
});
type StoredEntry = z.infer<typeof entrySchema>;

/** Entries as JSON text. Their numbers follow from the last one's. */
export function journalText(entries: readonly JournalEntry[]): string {
  return JSON.stringify(entries.map(stored));
}

/** The entries in a text; the last of them has the number `lastSequence`. */
export function parseJournalText(text: string, lastSequence: number): JournalEntry[] {
  const entries = z.array(entrySchema).parse(JSON.parse(text));
  return entries.map((entry, at) => ({
    sequence: lastSequence - entries.length + 1 + at,
    atMs: entry.t,
    ...happeningOf(entry),
  }));
}

function stored(entry: JournalEntry): StoredEntry {
  const { atMs: t } = entry;
  switch (entry.type) {
    case "completed":
      return { y: "end", t, w: entry.status, ...(entry.error === null ? {} : { e: entry.error }) };
    case "paused":
      return { y: "pause", t, b: entry.by };
    case "resumed":
      return { y: "resume", t, b: entry.by };
    case "cancelled":
      return { y: "cancel", t, b: entry.by };
    case "retried":
      return {
        y: "retry",
        t,
        b: entry.by,
        f: entry.fromStep,
        a: entry.ranVersion,
        v: entry.definitionVersion,
        p: entry.payloadEdited,
      };
    default:
      return { t, ...storedAttempt(entry) };
  }
}

type AttemptEntry = Extract<JournalEntry, { attempt: number }>;

function storedAttempt(entry: AttemptEntry): Omit<StoredEntry, "t"> {
  const { step: s, attempt, startedAtMs, atMs } = entry;
  const common = { s, d: atMs - startedAtMs, ...(attempt === 1 ? {} : { n: attempt }) };
  if (entry.type === "step_completed") {
    const { output } = entry;
    return {
      y: "done",
      ...common,
      ...("value" in output ? { o: output.value } : { k: output.objectKey, z: output.bytes }),
    };
  }
  if (entry.type === "step_failed") return { y: "failed", ...common, e: entry.error, g: entry.continued };
  const { error: e, cause, retryAtMs: r } = entry;
  return { y: "attempt", ...common, e, r, c: typeof cause === "string" ? cause : cause.status };
}

function happeningOf(entry: StoredEntry): Happening {
  const { b: by = "", e: error = "" } = entry;
  switch (entry.y) {
    case "end":
      return { type: "completed", status: entry.w ?? "FAILED", error: entry.e ?? null };
    case "pause":
      return { type: "paused", by };
    case "resume":
      return { type: "resumed", by };
    case "cancel":
      return { type: "cancelled", by };
    case "retry": {
      const { f: fromStep = "", a: ranVersion = 1, v: definitionVersion = 1, p: payloadEdited = false } = entry;
      return { type: "retried", by, fromStep, ranVersion, definitionVersion, payloadEdited };
    }
  }
  const attempt = { step: entry.s ?? "", attempt: entry.n ?? 1, startedAtMs: entry.t - (entry.d ?? 0) };
  if (entry.y === "done") return { type: "step_completed", ...attempt, output: outputOf(entry) };
  if (entry.y === "failed") return { type: "step_failed", ...attempt, error, continued: entry.g ?? false };
  return { type: "attempt_failed", ...attempt, error, cause: causeOf(entry.c), retryAtMs: entry.r ?? entry.t };
}

function outputOf({ k, z: bytes = 0, o }: StoredEntry): StoredOutput {
  return k === undefined ? { value: o } : { objectKey: k, bytes };
}

function causeOf(cause: string | number | undefined): FailureCause {
  return typeof cause === "number" ? { status: cause } : ((cause ?? "unusable") as FailureCause);
}
