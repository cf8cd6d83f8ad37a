import type { StoredOutput } from "#domain/journal.ts";
import { keepsOrigin } from "#domain/known-start.ts";
import type { Run } from "#domain/run.ts";
import type { Prepared, ReadyConfig } from "#domain/run-engine.ts";
import { stepResults } from "#domain/step-results.ts";
import { stepTypeOf } from "#domain/steps/step-types.ts";
import { referencesOf, TemplateError } from "#domain/template.ts";
import type { Definition, Step } from "#domain/workflow.ts";
import { renderConfig } from "#runtime/expressions/render.ts";
import { readJournal } from "#store/journal-chunks.ts";
import type { LoadedRun } from "#store/run-head.ts";
import { readRunPayload } from "#store/runs.ts";
import { readSecrets } from "#store/secrets.ts";
import { checked } from "./checked-config.ts";
import { readOutput } from "./outputs.ts";
import { runFacts } from "./run-facts.ts";

/** A step's configuration made ready, and the secrets that are in it: nothing that was sent with them may tell them. */
export type Configured = Prepared & { secrets: ReadonlyMap<string, string> };

/** What the templates of a run's steps can name. It is read when a step names it, and once. */
export class RunScope {
  readonly #definition: Definition;
  #payload: Promise<Record<string, unknown>> | undefined;
  readonly #longOutputs = new Map<string, unknown>();

  constructor(definition: Definition) {
    this.#definition = definition;
  }

  /** Keeps a long output that was stored just now from being read again. */
  remember(objectKey: string, output: unknown): void {
    this.#longOutputs.set(objectKey, output);
  }

  /** Fills in the templates of a step, and checks the result by the step's type. */
  async configure(loaded: LoadedRun, run: Run, step: Step): Promise<Configured> {
    const named = referencesOf(step.config);
    const secrets = await secretsNamed(named);
    const missing = named.find(([root, name]) => root === "secrets" && !secrets.has(name ?? ""));
    if (missing !== undefined) return refused(step, `secret ${missing[1]} is not set`);
    const names = (root: string) => JSON.stringify(step.config).includes(root); // in a path, or in an expression
    const scope = {
      payload: names("payload") || names("$") ? await this.#payloadOf(loaded) : {},
      steps: names("steps") ? await this.#outputs(run) : {},
      run: runFacts(run),
      secrets: Object.fromEntries(secrets),
    };
    try {
      const ready = checked(step, await renderConfig(step.config, scope));
      if (secrets.size > 0 && !leadsWhereItSays(step, ready)) {
        return refused(step, "config.url leads elsewhere than is written out: a secret in a header is not sent there");
      }
      return { step, ready, secrets };
    } catch (error) {
      if (error instanceof TemplateError) return refused(step, `config: ${error.message}`);
      throw error;
    }
  }

  #payloadOf(loaded: LoadedRun): Promise<Record<string, unknown>> {
    this.#payload ??= readRunPayload(loaded);
    return this.#payload;
  }

  async #outputs(run: Run): Promise<Record<string, { output: unknown; status: string; error: string | null }>> {
    const results = stepResults(run, await readJournal(run.id, run.journal), this.#definition);
    const outputs = await Promise.all(
      [...results].map(async ([name, { output, status, error }]) => {
        return [name, { output: output === null ? null : await this.#read(output), status, error }] as const;
      }),
    );
    return Object.fromEntries(outputs);
  }

  async #read(output: StoredOutput): Promise<unknown> {
    if ("value" in output) return output.value;
    const { objectKey } = output;
    if (!this.#longOutputs.has(objectKey)) this.#longOutputs.set(objectKey, await readOutput(output));
    return this.#longOutputs.get(objectKey);
  }
}

/** As is asked when a definition is saved, for those that were saved before. */
function leadsWhereItSays({ type, config }: Step, ready: ReadyConfig): boolean {
  if (!ready.ok) return true; // nothing is sent
  const { destination } = stepTypeOf(type);
  const [said, filledIn] = [config, ready.config].map((each) => destination?.(each as Record<string, unknown>)?.url);
  return said !== undefined && filledIn !== undefined && keepsOrigin(said, filledIn);
}

async function secretsNamed(named: readonly string[][]): Promise<ReadonlyMap<string, string>> {
  const names = new Set(named.flatMap(([root, name]) => (root === "secrets" && name !== undefined ? [name] : [])));
  return names.size === 0 ? new Map() : readSecrets([...names]);
}

function refused(step: Step, error: string): Configured {
  return { step, ready: { ok: false, error }, secrets: new Map() };
}
