import type { ReadyConfig } from "#domain/run-engine.ts";
import { stepTypeOf } from "#domain/steps/step-types.ts";
import { dotted } from "#domain/template-lookup.ts";
import { violationMessage } from "#domain/violation-message.ts";
import type { Step } from "#domain/workflow.ts";

/** How many faults are told of one configuration. */
const faultsMax = 5;

/** A configuration with its templates filled in, by its step's type. */
export function checked(step: Step, rendered: unknown): ReadyConfig {
  const parsed = stepTypeOf(step.type).config.safeParse(rendered, { error: violationMessage });
  if (parsed.success) return { ok: true, config: parsed.data };
  const { issues } = parsed.error;
  const faults = issues
    .slice(0, faultsMax)
    .map(({ path, message }) => `${dotted(["config", ...path.map(String)])} ${message}`);
  const more = issues.length > faultsMax ? `, and ${issues.length - faultsMax} more faults` : "";
  return { ok: false, error: `${faults.join("; ")}${more}` };
}
