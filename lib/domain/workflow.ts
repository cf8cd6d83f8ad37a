import type { StepTypeName } from "./steps/step-types.ts";

/** What failed attempts are worth repeating: kinds of failure, classes of status, or single statuses. */
export type RetryOn = "timeout" | "network" | "4xx" | "5xx" | number;

/**
 * How a step's attempts follow each other. `backoffSeconds` as a number is the first wait, and doubles for each further
 * attempt; as a table it gives each wait, and its last goes on. `retryOn` null: every failure but a refused address or a
 * configuration that cannot be used.
 */
export type RetryPolicy = {
  maxAttempts: number;
  backoffSeconds: number | readonly number[];
  jitter: boolean;
  retryOn: readonly RetryOn[] | null;
};

/** One step of a workflow. `config` holds templates, and is read by the step's type once they are filled in. */
export type Step = {
  name: string;
  type: StepTypeName;
  config: Record<string, unknown>;
  retry: RetryPolicy;
  timeoutSeconds: number;
  onError: "fail" | "continue";
};

/** What a version of a workflow says; it never changes. `runsKeptDays` null: finished runs are kept. */
export type Definition = {
  name: string;
  description: string | null;
  steps: readonly Step[];
  /** A JSON Schema that payloads must satisfy; null: any object will do. */
  inputSchema: Record<string, unknown> | null;
  runsKeptDays: number | null;
};

/** A workflow: which of its definitions is the newest, and whether it may be triggered. `version` counts every change of it. */
export type Workflow = {
  id: string;
  /** The caller's own id; null: none. */
  ownId: string | null;
  name: string;
  definitionVersion: number;
  enabled: boolean;
  /** null: it is not archived. */
  archivedAtMs: number | null;
  updatedAtMs: number;
  version: number;
};

/** A step without `retry` or `timeout`. */
export const stepDefaults = {
  retry: { maxAttempts: 3, backoffSeconds: 1, jitter: true, retryOn: null },
  timeoutSeconds: 10,
  onError: "fail",
} as const satisfies Pick<Step, "retry" | "timeoutSeconds" | "onError">;
