import type { JournalEntry } from "#domain/journal.ts";
import type { Run } from "#domain/run.ts";
import { referencesOf, TemplateError } from "#domain/template.ts";
import { renderAll } from "#runtime/expressions/render.ts";
import { loadDefinition } from "#store/definitions.ts";
import type { LoadedRun } from "#store/run-head.ts";
import { readPayloadOf } from "#store/runs.ts";
import { readOutput } from "./outputs.ts";
import { runFacts } from "./run-facts.ts";

/** What a secret looks like to who reads a timeline. */
const unreadable = "***";

type StepEntry = Extract<JournalEntry, { step: string }>;

/** What the steps of a run were given, filled in anew from what is stored. Secrets are not read for it. */
export class StepInputs {
  readonly #loaded: LoadedRun;
  readonly #entries: readonly JournalEntry[];
  readonly #payloads = new Map<number, Promise<Record<string, unknown> | null>>();

  constructor(loaded: LoadedRun, entries: readonly JournalEntry[]) {
    this.#loaded = loaded;
    this.#entries = entries;
  }

  /** The configuration that an entry's step ran with; null where it had none that could be used. */
  async of(entry: StepEntry): Promise<unknown> {
    const { run } = this.#loaded;
    const definition = await loadDefinition(run.workflowId, versionsInForce(run, this.#entries).at(entry.sequence));
    const step = definition.steps.find(({ name }) => name === entry.step);
    if (step === undefined) return null;
    const named = referencesOf(step.config).flatMap(([root, name = ""]) => (root === "secrets" ? [name] : []));
    const scope = {
      payload: (await this.#payloadAt(entry.sequence)) ?? {},
      steps: await this.#outputsBefore(entry),
      run: runFacts({ ...run, attempt: entry.attempt }),
      secrets: Object.fromEntries(named.map((name) => [name, unreadable])),
    };
    try {
      return await renderAll(step.config, scope);
    } catch (error) {
      if (error instanceof TemplateError) return null;
      throw error;
    }
  }

  /** The payload in force: the trigger's, or that of the last retry before which brought another. */
  #payloadAt(sequence: number): Promise<Record<string, unknown> | null> {
    const retries = this.#entries.filter((each) => each.type === "retried" && each.sequence < sequence);
    const generation = 1 + retries.findLastIndex((each) => each.type === "retried" && each.payloadEdited);
    const payload = this.#payloads.get(generation) ?? readPayloadOf(this.#loaded, generation);
    this.#payloads.set(generation, payload);
    return payload;
  }

  async #outputsBefore(entry: StepEntry): Promise<Record<string, unknown>> {
    const steps: Record<string, unknown> = {};
    for (const before of this.#entries) {
      if (before.sequence >= entry.sequence) break;
      if (before.type === "step_completed") {
        steps[before.step] = { output: await readOutput(before.output), status: "SUCCESS", error: null };
      } else if (before.type === "step_failed") {
        steps[before.step] = { output: null, status: "FAILED", error: before.error };
      }
    }
    return steps;
  }
}

/** Which version of the definition was in force: a retry may take another. */
export function versionsInForce(
  run: Run,
  entries: readonly JournalEntry[],
): { first: number; at(sequence: number): number } {
  const retries = entries.filter((entry) => entry.type === "retried");
  const first = retries[0]?.ranVersion ?? run.definitionVersion;
  return {
    first,
    at: (sequence) => retries.findLast((retry) => retry.sequence < sequence)?.definitionVersion ?? first,
  };
}
