import type { ReadyConfig } from "#domain/run-engine.ts";
import { stepTypeOf } from "#domain/steps/step-types.ts";
import { violationMessage } from "#domain/violation-message.ts";
import type { Step } from "#domain/workflow.ts";

/** A configuration with its templates filled in, by its step's type. */
export function checked(step: Step, rendered: unknown): ReadyConfig {
  const parsed = stepTypeOf(step.type).config.safeParse(rendered, { error: violationMessage });
  if (parsed.success) return { ok: true, config: parsed.data };
  const faults = parsed.error.issues.map(({ path, message }) => `config.${path.join(".")} ${message}`);
  return { ok: false, error: faults.join("; ") };
}
