import type { Violation } from "#domain/domain-error.ts";
import { readJsonSchema } from "#domain/json-schema.ts";
import type { DefinedAction, MachineDefinition } from "#domain/machine-definition.ts";
import { machineViolations } from "#domain/machine-violations.ts";
import { machineWarnings, type Warning } from "#domain/machine-warnings.ts";
import { expressionIn, hasTemplate, templateViolations } from "#domain/template.ts";
import { findWorkflow } from "#store/workflows.ts";
import { assertAlsoMay, type Caller } from "./authenticate.ts";
import { violationsOfExpressions } from "./expressions/violations.ts";
import { payloadViolations } from "./json-schema.ts";

/** What guards and payloads of hooks may name. */
const roots = ["data", "input", "instance"];
/** How many workflows of hooks are looked up. */
const lookedUpMax = 20;

/**
 * What is wrong with the body of a machine's definition besides the shape of its members: its states and actions, as
 * `machineViolations` finds it, guards that cannot be evaluated, input schemas that nothing can be checked by, and
 * payloads of hooks that cannot be filled in.
 *
 * @param sent the body as it was sent, of any shape
 */
export function machineBodyViolations(sent: unknown): Violation[] {
  const { actions } = membersOf(sent);
  const found = (Array.isArray(actions) ? actions : [])
    .map(membersOf)
    .flatMap((action, index) => [
      ...guardViolations(action.guard, `actions.${index}.guard`),
      ...schemaViolations(action.input_schema, `actions.${index}.input_schema`),
      ...hookPayloadViolations(membersOf(action.hook).payload, `actions.${index}.hook.payload`),
    ]);
  return [...machineViolations(sent), ...found];
}

/**
 * Checks that who saves a definition with hooks may trigger runs: whoever executes its actions does by it.
 *
 * @throws DomainError `forbidden` when not.
 */
export function assertMayHook(caller: Caller, { actions }: MachineDefinition): void {
  if (actions.some(({ hook }) => hook !== null)) assertAlsoMay(caller, "trigger", "A definition with hooks");
}

/** What a definition says and hardly means, with the workflows of its hooks that are not there. */
export async function savedMachineWarnings(definition: MachineDefinition): Promise<Warning[]> {
  const hooks = definition.actions.flatMap(({ hook }, index) => (hook === null ? [] : [{ ...hook, index }]));
  const named = [...new Set(hooks.map(({ workflowId }) => workflowId))].slice(0, lookedUpMax);
  const loaded = await Promise.all(named.map(findWorkflow));
  const missing = new Set(named.filter((_, at) => loaded[at]?.workflow.archivedAtMs !== null));
  const found = hooks
    .filter(({ workflowId }) => missing.has(workflowId))
    .map(({ workflowId, index }) => ({
      path: `actions.${index}.hook.workflow_id`,
      message: `names ${workflowId}, which is no workflow now`,
    }));
  return [...machineWarnings(definition), ...definition.actions.flatMap(timerWarnings), ...found];
}

function guardViolations(guard: unknown, at: string): Violation[] {
  if (typeof guard !== "string" || guard.trim() === "") return []; // its shape is told elsewhere
  return violationsOfExpressions(`{% ${expressionIn(guard) ?? guard} %}`, at, referenceRefusal);
}

function schemaViolations(schema: unknown, at: string): Violation[] {
  if (typeof schema !== "object" || schema === null || Array.isArray(schema)) return [];
  const read = readJsonSchema(schema as Record<string, unknown>, at);
  return read.ok ? [] : read.violations;
}

/** What happens by itself has no input. */
function timerWarnings({ afterSeconds, inputSchema }: DefinedAction, index: number): Warning[] {
  if (afterSeconds === null || inputSchema === null) return [];
  const [fault] = payloadViolations(inputSchema, {});
  const message = `refuses an execution without input, as that after a time is: ${fault?.message}`;
  return fault === undefined ? [] : [{ path: `actions.${index}.input_schema`, message }];
}

function hookPayloadViolations(payload: unknown, at: string): Violation[] {
  const canBeObject = typeof payload === "string" ? hasTemplate(payload) : !Array.isArray(payload);
  if (payload !== undefined && (!canBeObject || !["object", "string"].includes(typeof payload))) {
    return [{ path: at, message: "must be an object, or a template that gives one" }];
  }
  return [
    ...templateViolations(payload, at, referenceRefusal),
    ...violationsOfExpressions(payload, at, referenceRefusal),
  ];
}

function referenceRefusal(path: readonly string[]): string | null {
  const [root = ""] = path;
  if (roots.includes(root)) return null;
  return `names ${path.map((name) => name.slice(0, 64)).join(".")}: a path begins with ${roots.join(", ")}`;
}

/** The members of an object; none of what is no object. */
function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
