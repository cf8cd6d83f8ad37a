import { delay } from "./delay.ts";
import type { StepType } from "./step-type.ts";
import { webhook } from "./webhook.ts";

/** Every type of step, by its name. */
export const stepTypes = { delay, webhook } as const;

export type StepTypeName = keyof typeof stepTypes;

export const stepTypeNames = Object.keys(stepTypes) as StepTypeName[];

/** The type of a step. */
export function stepTypeOf(name: StepTypeName): StepType<unknown> {
  return stepTypes[name] as StepType<unknown>;
}
