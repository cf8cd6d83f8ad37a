import type { JournalEntry, StoredOutput } from "#domain/journal.ts";
import { outputsReadBy } from "#domain/output-reads.ts";
import type { Run } from "#domain/run.ts";
import { endedResults, type StepResult } from "#domain/step-results.ts";
import { referencesOf, TemplateError } from "#domain/template.ts";
import type { Definition, Step } from "#domain/workflow.ts";
import { renderConfig } from "#runtime/expressions/render.ts";
import { loadDefinition } from "#store/definitions.ts";
import type { LoadedRun } from "#store/run-head.ts";
import { readPayloadOf } from "#store/runs.ts";
import type { KnownOutputs } from "./outputs.ts";
import { runFacts } from "./run-facts.ts";

/** What a secret looks like to who reads a timeline. */
const unreadable = "***";

type StepEntry = Extract<JournalEntry, { step: string }>;

/** What the steps of a run were given, filled in anew from what is stored. Secrets are not read for it. */
export class StepInputs {
  readonly #loaded: LoadedRun;
  readonly #entries: readonly JournalEntry[];
  readonly #outputs: KnownOutputs;
  readonly #versions: ReturnType<typeof versionsInForce>;
  readonly #payloads = new Map<number, Promise<Record<string, unknown> | null>>();

  constructor(loaded: LoadedRun, entries: readonly JournalEntry[], outputs: KnownOutputs) {
    this.#loaded = loaded;
    this.#entries = entries;
    this.#outputs = outputs;
    this.#versions = versionsInForce(loaded.run, entries);
  }

  /** The configuration that an entry's step ran with; null where it had none that could be used. */
  async of(entry: StepEntry): Promise<unknown> {
    const { run } = this.#loaded;
    const definition = await this.#definitionOf(entry);
    const step = definition.steps.find(({ name }) => name === entry.step);
    if (step === undefined) return null;
    const named = referencesOf(step.config).flatMap(([root, name = ""]) => (root === "secrets" ? [name] : []));
    const scope = {
      payload: (await this.#payloadAt(entry.sequence)) ?? {},
      steps: await this.#stepsBefore(entry, definition, step),
      run: runFacts({ ...run, attempt: entry.attempt }),
      secrets: Object.fromEntries(named.map((name) => [name, unreadable])),
    };
    try {
      return await renderConfig(step.config, scope);
    } catch (error) {
      if (error instanceof TemplateError) return null;
      throw error;
    }
  }

  /** The outputs that are read to tell what an entry's step ran with. */
  async outputsFor(entry: StepEntry): Promise<StoredOutput[]> {
    const definition = await this.#definitionOf(entry);
    const step = definition.steps.find(({ name }) => name === entry.step);
    if (step === undefined) return [];
    const reads = outputsReadBy(step.config);
    const before = [...this.#resultsBefore(entry, definition)];
    return before.flatMap(([name, { output }]) => (output !== null && isRead(reads, name) ? [output] : []));
  }

  /** What the run was triggered with; null when it is gone with its run. */
  triggerPayload(): Promise<Record<string, unknown> | null> {
    return this.#payloadOf(0);
  }

  /** The payload in force: the trigger's, or that of the last retry before which brought another. */
  #payloadAt(sequence: number): Promise<Record<string, unknown> | null> {
    const retries = this.#entries.filter((each) => each.type === "retried" && each.sequence < sequence);
    return this.#payloadOf(1 + retries.findLastIndex((each) => each.type === "retried" && each.payloadEdited));
  }

  #payloadOf(generation: number): Promise<Record<string, unknown> | null> {
    const payload = this.#payloads.get(generation) ?? readPayloadOf(this.#loaded, generation);
    this.#payloads.set(generation, payload);
    return payload;
  }

  #definitionOf({ sequence }: StepEntry): Promise<Definition> {
    return loadDefinition(this.#loaded.run.workflowId, this.#versions.at(sequence));
  }

  #resultsBefore({ sequence }: StepEntry, definition: Definition): ReadonlyMap<string, StepResult> {
    return endedResults(
      this.#entries.filter((before) => before.sequence < sequence),
      definition,
    );
  }

  /** What templates knew of the steps before. Outputs that none of them reads are left out, since each costs a read. */
  async #stepsBefore(entry: StepEntry, definition: Definition, { config }: Step): Promise<Record<string, unknown>> {
    const reads = outputsReadBy(config);
    const steps: [string, unknown][] = [];
    for (const [name, { output, status, error }] of this.#resultsBefore(entry, definition)) {
      const value = output !== null && isRead(reads, name) ? await this.#outputs.read(output) : null;
      steps.push([name, { output: value, status, error }]);
    }
    return Object.fromEntries(steps);
  }
}

function isRead(reads: ReadonlySet<string> | null, name: string): boolean {
  return reads === null || reads.has(name);
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
