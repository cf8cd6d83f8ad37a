import type * as z from "zod";
import type { Violation } from "./domain-error.ts";
import { knownStart, literalText } from "./known-start.ts";
import { referenceRefusal } from "./step-references.ts";
import type { StepType } from "./steps/step-type.ts";
import { stepTypeNames, stepTypeOf } from "./steps/step-types.ts";
import { expressionIn, hasTemplate, referencesOf, templateViolations } from "./template.ts";
import { dotted } from "./template-lookup.ts";
import { templateParts } from "./template-syntax.ts";
import { toldIssues } from "./told-issues.ts";
import { violationMessage } from "./violation-message.ts";

/** Why a template may not name a path where it stands, as a predicate of it; null when it may. */
type AllowsReference = (path: readonly string[], at: string) => string | null;

/** What knows more than the definition: the rules of egress, and those of expressions. A refusal is a predicate. */
export type StepJudges = {
  urlRefusal: (url: string) => string | null;
  headerRefusal: (name: string, value: string) => string | null;
  expressionViolations: (value: unknown, at: string, allowsReference: AllowsReference) => Violation[];
};

const originAdvice =
  "must have its scheme, host and port written out, as in https://api.example.com/{{ payload.id }}: a header holds a " +
  "secret, which a template there would send wherever a payload says";

type Members = Readonly<Record<string, unknown>>;

/**
 * What is wrong with the steps of a definition besides their shape: names that stand twice, configurations that their
 * types cannot use, templates that cannot be filled in, and destinations that are refused. Where a template stands, what
 * takes its place is judged when the step runs.
 *
 * @param sent the steps as they were sent: what is no step is passed over, since its shape is told elsewhere
 */
export function stepViolations(sent: unknown, judges: StepJudges): Violation[] {
  if (!Array.isArray(sent)) return [];
  const steps = sent.map(membersOf);
  const names = steps.map(({ name }) => (typeof name === "string" ? name : null));
  return steps.flatMap((step, index) => {
    const earlier = names.slice(0, index);
    const earlierSteps = earlier.filter((name) => name !== null);
    return [...nameViolations(names[index] ?? null, earlier, index), ...judged(step, index, earlierSteps, judges)];
  });
}

function nameViolations(name: string | null, earlier: readonly (string | null)[], index: number): Violation[] {
  const first = name === null ? -1 : earlier.indexOf(name);
  return first === -1 ? [] : [{ path: `steps.${index}.name`, message: `is that of steps.${first} already` }];
}

function judged(step: Members, index: number, earlierSteps: readonly string[], judges: StepJudges): Violation[] {
  const at = `steps.${index}.config`;
  const { config: sent = {} } = step;
  if (typeof sent !== "object" || Array.isArray(sent)) return [];
  const config = membersOf(sent);
  const typeName = stepTypeNames.find((name) => name === step.type);
  const type = typeName === undefined ? null : stepTypeOf(typeName);
  const headerOf = (where: string) =>
    type?.destination !== undefined && where.startsWith(`${at}.headers.`) ? where.slice(`${at}.headers.`.length) : null;
  const refusal = (path: readonly string[], header: string | null, mayHoldSecrets: boolean) =>
    keyRefusal(path, header) ?? referenceRefusal(path, earlierSteps, mayHoldSecrets);
  return [
    ...(type === null ? [] : configViolations(type, config, at)),
    ...templateViolations(config, at, (path, where) => refusal(path, headerOf(where), headerOf(where) !== null)),
    ...judges.expressionViolations(config, at, (path, where) => refusal(path, headerOf(where), false)),
    ...(type === null ? [] : destinationViolations(type, config, at, judges)),
  ];
}

/** A caller's own key tells a repeat only if every attempt has the same. */
function keyRefusal([root, name]: readonly string[], header: string | null): string | null {
  const differs = header?.toLowerCase() === "idempotency-key" && root === "run" && name === "attempt";
  return differs ? "names run.attempt: the key must be the same for all attempts" : null;
}

/** What a type says of a configuration, less what templates may still mend. */
function configViolations(type: StepType<unknown>, config: Members, at: string): Violation[] {
  const { error } = type.config.safeParse(config, { error: violationMessage });
  return toldIssues(error?.issues ?? [])
    .filter((issue) => !isMendable(issue, config))
    .map(({ path, message }) => ({ path: dotted([at, ...path.map(String)]), message }));
}

/** True where a template may make what is wrong into something else: a text into anything, an object into another one. */
function isMendable(issue: z.core.$ZodIssue, holder: unknown): boolean {
  if (issue.code === "invalid_key") return false; // names are no templates
  const value = issue.path.reduce<unknown>((each, name) => membersOf(each)[String(name)], holder);
  if (!hasTemplate(value)) return false;
  if (typeof value === "string") return true;
  if (issue.code === "invalid_union") {
    return issue.errors.some((alternative) => alternative.every((each) => isMendable(each, value)));
  }
  return issue.code !== "invalid_type";
}

function destinationViolations(type: StepType<unknown>, config: Members, at: string, judges: StepJudges): Violation[] {
  const destination = type.destination?.(config) ?? null;
  if (destination === null) return [];
  const known = knownStart(destination.url);
  const ofUrl = known === null ? unknownOriginRefusal(destination.headers) : judges.urlRefusal(known);
  const ofHeaders = Object.entries(membersOf(destination.headers)).flatMap(([name, value]) => {
    const text = typeof value === "object" ? "" : String(value); // its type says that it may be none
    const message = judges.headerRefusal(name, withoutTemplates(text));
    return message === null ? [] : [{ path: `${at}.headers.${name.slice(0, 64)}`, message }];
  });
  return [...(ofUrl === null ? [] : [{ path: `${at}.url`, message: ofUrl }]), ...ofHeaders];
}

/** Whoever may trigger says what templates become: where a secret goes is not for them to say. */
function unknownOriginRefusal(headers: unknown): string | null {
  return referencesOf(headers).some(([root]) => root === "secrets") ? originAdvice : null;
}

function withoutTemplates(text: string): string {
  return expressionIn(text) === null ? literalText(templateParts(text)) : "";
}

/** The members of an object; none of what is no object. */
function membersOf(value: unknown): Members {
  return typeof value === "object" && value !== null ? (value as Members) : {};
}
